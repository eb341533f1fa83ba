import { Agent } from 'undici';
import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { ABORTED, DEADLINE } from './classify.ts';
import { within, type Limits } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { WireError } from './wire-error.ts';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * One pool of kept-alive connections for each origin, shared by every client of this process. Deadlines are ours, a
 * request each. Idle connections do not keep the process alive.
 */
const AGENT = new Agent({ headersTimeout: 0, bodyTimeout: 0, pipelining: 1, connections: null });

/**
 * Sends one request, once; a GET whose connection was reset is sent a second time.
 * Throws a `WireError` where no answer came; an answer with an error status is an answer.
 */
export async function exchange(
  endpoint: Endpoint,
  method: string,
  path: string,
  body: string | undefined,
  limits: Limits,
): Promise<Reply> {
  const what = `${method} ${endpoint.shown}${path}`;
  return await within(limits, async (signal, cutBy) => {
    const attempt = async (): Promise<Reply> => {
      const reply = await AGENT.request({
        origin: endpoint.origin,
        path: `${endpoint.prefix}${path}`,
        method,
        signal,
        headers: {
          accept: 'application/json; charset=utf-8',
          // The Grid refuses some commands without the charset.
          ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
          ...(endpoint.authorization === undefined ? {} : { authorization: endpoint.authorization }),
        },
        body: body ?? null,
      });
      return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
    };
    try {
      return await attempt().catch((error: unknown) => {
        if (method !== 'GET' || cutBy() !== undefined || !wasReset(error)) throw error;
        return attempt();
      });
    } catch (error) {
      const by = cutBy();
      if (by === 'deadline') throw new WireError(DEADLINE, what, `no answer in ${limits.deadlineMs} ms`);
      if (by === 'aborted') throw new WireError(ABORTED, what, 'stopped before its answer came');
      throw new WireError(codeOf(error), what, textOf(error), error);
    }
  });
}

function wasReset(error: unknown): boolean {
  return /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'EUNKNOWN';
}

/** A connection tried over IPv6 and IPv4 fails with an error without a message of its own. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
