import { wallClock } from '../os/real-timers.ts';
import { NOT_W3C, UNAUTHORIZED, UNAVAILABLE } from './classify.ts';
import type { Reply } from './http.ts';
import { WireError } from './wire-error.ts';
import { parse } from '../os/real-builtins.ts';

const SHOWN_LENGTH = 200;
/** Statuses below 500 that say "not now": request timeout, too early, too many requests. */
const NOT_NOW = new Set([408, 425, 429]);

/** The body of a reply as the standard has it. */
interface W3cBody {
  readonly value: unknown;
}

/**
 * The body of a W3C reply. Throws a `WireError` if the reply is no W3C reply: a page, cut JSON, an empty body, a
 * redirect. `what` names the command and its target. A W3C error is a W3C reply.
 */
export function w3cBodyOf(reply: Reply, what: string): W3cBody {
  const { status } = reply;
  const body = parsed(reply.text);
  const isReply = body !== undefined && (status < 300 || (status >= 400 && errorIn(body) !== undefined));
  if (isReply && status !== 401 && status !== 403) return body;
  throw new WireError(oddCode(status), what, oddText(reply), { retryAfterMs: retryAfterMs(reply) });
}

/** The `value` of a reply. Throws a `WireError` for a W3C error, and for a reply that is none. */
export function w3cValueOf(reply: Reply, what: string): unknown {
  const body = w3cBodyOf(reply, what);
  const failure = reply.status < 400 ? undefined : errorIn(body);
  if (failure === undefined) return body.value;
  const { error, message } = failure;
  throw new WireError(error, what, typeof message === 'string' ? message : reply.text.slice(0, 500));
}

function parsed(text: string): W3cBody | undefined {
  try {
    const answer: unknown = parse(text);
    return typeof answer === 'object' && answer !== null && 'value' in answer ? answer : undefined;
  } catch {
    return undefined;
  }
}

function errorIn({ value }: W3cBody): { readonly error: string; readonly message?: unknown } | undefined {
  if (typeof value !== 'object' || value === null || !('error' in value)) return undefined;
  return typeof value.error === 'string' ? (value as { error: string }) : undefined;
}

function oddCode(status: number): string {
  if (status === 401 || status === 403) return UNAUTHORIZED;
  return status >= 500 || NOT_NOW.has(status) ? UNAVAILABLE : NOT_W3C;
}

function oddText({ status, headers, text }: Reply): string {
  const shown = text.trim() === '' ? '' : `: ${text.trim().slice(0, SHOWN_LENGTH)}`;
  if (status === 401 || status === 403) return `HTTP ${status}, the server refused the credentials${shown}`;
  const { location } = headers;
  if (status >= 300 && status < 400 && location !== undefined)
    return `HTTP ${status}, the server redirects to ${String(location)}: use that URL`;
  return `HTTP ${status} without a WebDriver reply${shown}`;
}

/** `Retry-After` in ms: the header has seconds or a date. Undefined if there is none that can be read. */
function retryAfterMs({ headers }: Reply): number | undefined {
  const given = headers['retry-after'];
  if (typeof given !== 'string' || given.trim() === '') return undefined;
  const ms = /^\d+$/.test(given.trim()) ? Number(given) * 1000 : Date.parse(given) - wallClock();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
