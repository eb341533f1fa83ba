import { isSecretName } from '../../../text/secret-names.ts';

/** A header in a BiDi event. */
interface SentHeader {
  readonly name: string;
  readonly value: { readonly value: string };
}

/** Milliseconds from `timeOrigin`; 0 if a phase did not happen. */
interface Timings {
  readonly dnsStart: number;
  readonly dnsEnd: number;
  readonly connectStart: number;
  readonly connectEnd: number;
  readonly tlsStart: number;
  readonly requestStart: number;
  readonly responseStart: number;
  readonly responseEnd: number;
}

/** `network.responseCompleted` and `network.fetchError` of BiDi. */
export interface NetworkEvent {
  readonly timestamp: number;
  readonly errorText?: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly SentHeader[];
    readonly headersSize: number | null;
    readonly bodySize: number | null;
    readonly timings: Timings;
    readonly 'goog:resourceType'?: string;
  };
  readonly response?: {
    readonly url: string;
    readonly protocol: string;
    readonly status: number;
    readonly statusText: string;
    readonly fromCache: boolean;
    readonly headers: readonly SentHeader[];
    readonly mimeType: string;
    readonly bytesReceived: number;
    readonly headersSize: number | null;
    readonly bodySize: number | null;
    readonly content: { readonly size: number };
  };
}

/** How an archive shows what it must not show whole. */
export interface HarRules {
  /** Removes from a text what no output may show. */
  readonly clean: (text: string) => string;
  /** What is shown of a header that holds a secret. */
  readonly masked: (name: string, value: string) => string;
  readonly maxUrlChars: number;
  readonly maxValueChars: number;
}

interface HarField {
  readonly name: string;
  readonly value: string;
}

/** An entry of HTTP Archive 1.2. */
export interface HarEntry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: HarRequest;
  readonly response: HarResponse;
  readonly cache: object;
  readonly timings: object;
  readonly _fromCache?: string;
  readonly _resourceType: string;
}

interface HarRequest {
  readonly method: string;
  readonly url: string;
  readonly httpVersion: string;
  readonly cookies: readonly object[];
  readonly headers: readonly HarField[];
  readonly queryString: readonly HarField[];
  readonly headersSize: number;
  readonly bodySize: number;
}

interface HarResponse {
  readonly status: number;
  readonly statusText: string;
  readonly httpVersion: string;
  readonly cookies: readonly object[];
  readonly headers: readonly HarField[];
  readonly content: { readonly size: number; readonly mimeType: string };
  readonly redirectURL: string;
  readonly headersSize: number;
  readonly bodySize: number;
  readonly _transferSize?: number;
  readonly _error?: string;
}

/**
 * The rules of `network.har`, which is for people.
 * @param onSecret takes the value of each header that holds a secret
 */
export function rulesForPeople(
  clean: (text: string) => string,
  onSecret: (name: string, value: string) => void,
): HarRules {
  const masked = (name: string, value: string): string => {
    onSecret(name, value);
    return '***';
  };
  return { clean, masked, maxUrlChars: 2_000, maxValueChars: 1_000 };
}

/** A request as an entry of HTTP Archive 1.2, without bodies and cookies. */
export function harEntry(event: NetworkEvent, rules: HarRules): HarEntry {
  const { timestamp, request, response } = event;
  const timings = timingsOf(request.timings);
  const { blocked, dns, connect, send, wait, receive } = timings;
  return {
    startedDateTime: new Date(timestamp).toISOString(),
    // A phase that did not happen is -1. `connect` includes the TLS handshake.
    time: rounded([blocked, dns, connect, send, wait, receive].reduce((sum, ms) => sum + Math.max(ms, 0), 0)),
    request: requestPart(event, rules),
    response: responsePart(event, rules),
    cache: {},
    timings,
    ...(response?.fromCache === true ? { _fromCache: 'disk' } : {}),
    _resourceType: request['goog:resourceType']?.toLowerCase() ?? '',
  };
}

function requestPart({ request, response }: NetworkEvent, rules: HarRules): HarRequest {
  const { clean, maxUrlChars } = rules;
  const url = clean(request.url).slice(0, maxUrlChars);
  return {
    method: clean(request.method),
    url,
    httpVersion: response?.protocol ?? '',
    cookies: [],
    headers: headersOf(request.headers, rules),
    queryString: queryOf(url),
    headersSize: request.headersSize ?? -1,
    bodySize: request.bodySize ?? -1,
  };
}

function responsePart({ response, errorText }: NetworkEvent, rules: HarRules): HarResponse {
  const { clean, maxUrlChars } = rules;
  const location = response?.headers.find(({ name }) => name.toLowerCase() === 'location')?.value.value ?? '';
  return {
    status: response?.status ?? 0,
    statusText: clean(response?.statusText ?? ''),
    httpVersion: response?.protocol ?? '',
    cookies: [],
    headers: headersOf(response?.headers ?? [], rules),
    content: { size: response?.content.size ?? 0, mimeType: clean(response?.mimeType ?? '') },
    redirectURL: clean(location).slice(0, maxUrlChars),
    headersSize: response?.headersSize ?? -1,
    bodySize: response?.bodySize ?? -1,
    ...(response === undefined ? {} : { _transferSize: response.bytesReceived }),
    ...(errorText === undefined ? {} : { _error: errorText }),
  };
}

function headersOf(list: readonly SentHeader[], { clean, masked, maxValueChars }: HarRules): HarField[] {
  return list.map(({ name, value: { value } }) => ({
    name: clean(name),
    value: isSecretName(name) ? masked(name, value) : clean(value).slice(0, maxValueChars),
  }));
}

function timingsOf(at: Timings): Record<'blocked' | 'dns' | 'connect' | 'ssl' | 'send' | 'wait' | 'receive', number> {
  const dns = at.dnsEnd > at.dnsStart ? at.dnsEnd - at.dnsStart : -1;
  const connect = at.connectEnd > at.connectStart ? at.connectEnd - at.connectStart : -1;
  const ssl = connect >= 0 && at.tlsStart > 0 ? at.connectEnd - at.tlsStart : -1;
  const blocked = at.requestStart - Math.max(dns, 0) - Math.max(connect, 0);
  return {
    blocked: rounded(blocked),
    dns: dns < 0 ? -1 : rounded(dns),
    connect: connect < 0 ? -1 : rounded(connect),
    ssl: ssl < 0 ? -1 : rounded(ssl),
    send: 0,
    wait: rounded(at.responseStart - at.requestStart),
    receive: rounded(at.responseEnd - at.responseStart),
  };
}

/** Rounds to the microsecond, never below 0. */
function rounded(ms: number): number {
  return Math.max(0, Math.round(ms * 1_000) / 1_000);
}

function queryOf(url: string): HarField[] {
  return URL.canParse(url) ? [...new URL(url).searchParams].map(([name, value]) => ({ name, value })) : [];
}
