import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { within, type Limits } from './deadline.ts';
import type { Endpoint } from './endpoint.ts';
import { isTraced, traced } from './protocol-trace.ts';
import { dispatcherFor } from './proxy.ts';
import { cutError, WireError } from './wire-error.ts';

/** One HTTP request. `path` starts below the endpoint's prefix. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  /** Headers besides those of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * Sends a request once; sends a GET a second time if its connection was reset.
 * Throws a `WireError` if no reply came. A reply with an error status is a reply.
 */
export async function exchange(endpoint: Endpoint, request: WireRequest, limits: Limits): Promise<Reply> {
  const what = `${request.method} ${endpoint.shown}${request.path}`;
  const send = async (): Promise<Reply> => await sendWithin(endpoint, request, what, limits);
  return isTraced() ? await traced(`http ${what}`, send, ({ status }) => `${status}`) : await send();
}

async function sendWithin(endpoint: Endpoint, request: WireRequest, what: string, limits: Limits): Promise<Reply> {
  return await within(limits, async (signal, cutBy) => {
    try {
      return await sendOnce(endpoint, request, signal).catch((error: unknown) => {
        if (request.method !== 'GET' || cutBy() !== undefined || !wasReset(error)) throw error;
        return sendOnce(endpoint, request, signal);
      });
    } catch (error) {
      const by = cutBy();
      throw by === undefined
        ? new WireError(codeOf(error), what, textOf(error), { cause: error })
        : cutError(by, what, limits);
    }
  });
}

async function sendOnce(
  { origin, prefix, authorization }: Endpoint,
  { method, path, body, headers }: WireRequest,
  signal: AbortSignal,
): Promise<Reply> {
  const reply = await dispatcherFor(origin).request({
    origin,
    path: `${prefix}${path}`,
    method,
    signal,
    headers: {
      accept: 'application/json; charset=utf-8',
      // The Grid refuses some commands without the charset.
      ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...(authorization === undefined ? {} : { authorization }),
      ...headers,
    },
    body: body ?? null,
  });
  return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
}

function wasReset(error: unknown): boolean {
  return /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'EUNKNOWN';
}

/** A connection that was tried over IPv6 and IPv4 fails with an error that has no message of its own. */
function textOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(textOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
