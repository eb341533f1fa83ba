import { NOT_W3C, UNAUTHORIZED, UNAVAILABLE } from './classify.ts';
import type { Limits } from './deadline.ts';
import { parseEndpoint, type Endpoint } from './endpoint.ts';
import { exchange, type Reply } from './http.ts';
import { WireError } from './wire-error.ts';

/** Sends W3C commands. It repeats only a GET whose connection was reset. */
export class WireClient {
  readonly endpoint: Endpoint;

  /** `url` may have credentials. Throws a refusal if it is not the URL of a server. */
  constructor(url: string) {
    this.endpoint = parseEndpoint(url);
  }

  /**
   * Sends a command below the endpoint and returns the reply's `value`.
   * Throws a `WireError` whose `wireCode` is the W3C error code, or says why there was no reply.
   */
  async send(method: 'GET' | 'POST' | 'DELETE', path: string, body: unknown, limits: Limits): Promise<unknown> {
    // A POST needs a body, even if it is an empty object.
    const text = method === 'POST' ? JSON.stringify(body ?? {}) : undefined;
    const reply = await exchange(this.endpoint, { method, path, body: text }, limits);
    return valueOf(reply, `${method} ${this.endpoint.shown}${path}`);
  }
}

function valueOf(reply: Reply, what: string): unknown {
  if (reply.status === 401 || reply.status === 403)
    throw new WireError(UNAUTHORIZED, what, 'the server refused the credentials');
  const answer = parsed(reply.text);
  if (answer === undefined) {
    const code = reply.status >= 500 ? UNAVAILABLE : NOT_W3C;
    throw new WireError(code, what, `HTTP ${reply.status} without a WebDriver reply: ${reply.text.slice(0, 200)}`);
  }
  if (reply.status < 400) return answer.value;
  const { error, message } = (answer.value ?? {}) as { error?: unknown; message?: unknown };
  throw new WireError(
    typeof error === 'string' ? error : 'unknown error',
    what,
    typeof message === 'string' ? message : reply.text.slice(0, 500),
  );
}

function parsed(text: string): { readonly value?: unknown } | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    return typeof answer === 'object' && answer !== null && 'value' in answer ? answer : undefined;
  } catch {
    return undefined;
  }
}
