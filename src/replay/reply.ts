import { validateHeaderName, validateHeaderValue } from 'node:http';
import { rangeOf } from './byte-range.ts';
import type { AskedRequest, Header, RecordedAnswer } from './recorded-answer.ts';

/** What the proxy sends to the browser. */
export interface Reply {
  readonly status: number;
  /** Names in lower case. A header that came several times has a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** Headers of the connection, of a coding that the body does not have any more, or that make Chrome ask other servers. */
const DROPPED: ReadonlySet<string> = new Set([
  'alt-svc',
  'connection',
  'content-encoding',
  'content-length',
  'keep-alive',
  'nel',
  'proxy-authenticate',
  'proxy-connection',
  'report-to',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const LONG_AGO = Date.UTC(2000, 0);
const NO_BODY: readonly number[] = [204, 205, 304];
const ALLOWED_ORIGIN = 'access-control-allow-origin';

/** What has changed since the recording. */
export interface Since {
  /** The header `origin` of the request. */
  readonly origin: string | undefined;
  /** How long ago the answer was recorded, in ms. */
  readonly ageMs: number;
}

/**
 * What the browser gets for a recorded answer. Its cache and its cookies go by the real clock, so dates are as old as they
 * were then. An extension may have another id, so an answer for the recorded origin is one for the origin that asks now.
 */
export function replyOf(answer: RecordedAnswer, asked: AskedRequest, { origin, ageMs }: Since): Reply {
  const headers = headersOf(answer.headers.map((header) => shifted(header, ageMs)));
  const allowed = String(headers[ALLOWED_ORIGIN] ?? '');
  if (origin !== undefined && (allowed === answer.origin || (isExtension(allowed) && isExtension(origin))))
    headers[ALLOWED_ORIGIN] = origin;
  return { ...contentOf(answer, asked, headers), headers };
}

/** The answer to a CORS preflight that the recording lacks, though it has the request itself: all is allowed. */
export function preflightReply(origin: string, asks: { readonly method: string; readonly headers: string }): Reply {
  const headers = {
    [ALLOWED_ORIGIN]: origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': asks.method,
    ...(asks.headers === '' ? {} : { 'access-control-allow-headers': asks.headers }),
  };
  return { status: 204, headers, body: Buffer.alloc(0) };
}

/** Status and body for this request. Adds and removes the headers that go with them. */
function contentOf(
  answer: RecordedAnswer,
  { method, range, isConditional }: AskedRequest,
  headers: Record<string, string | string[]>,
): Pick<Reply, 'status' | 'body'> {
  const { status, body } = answer;
  if (status === 304 && !isConditional && body.length > 0) return { status: 200, body };
  if (NO_BODY.includes(status) || method === 'HEAD') return { status, body: Buffer.alloc(0) };
  const part = range === undefined || method !== 'GET' ? undefined : rangeOf(answer, range);
  if (part !== undefined) {
    headers['content-range'] = part.contentRange;
    return { status: 206, body: part.body };
  }
  if (status !== 206 || range !== undefined) return { status, body };
  delete headers['content-range'];
  return { status: 200, body };
}

function isExtension(origin: string): boolean {
  return origin.startsWith('chrome-extension://');
}

function shifted({ name, value }: Header, ageMs: number): Header {
  if (/^(?:date|expires)$/i.test(name)) return { name, value: laterDate(value, ageMs) };
  if (!/^set-cookie$/i.test(name)) return { name, value };
  const later = value.replace(
    /(;\s*expires=)([^;\n]+)/gi,
    (_, attribute: string, date: string) => `${attribute}${laterDate(date, ageMs)}`,
  );
  return { name, value: later };
}

/** What is no date, such as `0`, and a date of long ago, by which a cookie is deleted, stay. */
function laterDate(text: string, ageMs: number): string {
  // `Date.parse` takes a number alone for a year.
  const date = text.includes(':') ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) || date < LONG_AGO ? text : new Date(date + ageMs).toUTCString();
}

function headersOf(recorded: readonly Header[]): Record<string, string | string[]> {
  const lists = new Map<string, string[]>();
  for (const { name, value } of recorded) {
    const lower = name.toLowerCase();
    // DevTools joins headers of one name with line breaks.
    const values = value.split('\n').filter((one) => isSendable(lower, one));
    if (values.length > 0) lists.set(lower, [...(lists.get(lower) ?? []), ...values]);
  }
  return Object.fromEntries(
    [...lists].map(([name, values]) => [name, name === 'set-cookie' ? values : values.join(', ')]),
  );
}

function isSendable(name: string, value: string): boolean {
  if (DROPPED.has(name) || name.startsWith(':')) return false;
  // Only the mask is left of it.
  if (name === 'set-cookie' && !value.includes('=')) return false;
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}
