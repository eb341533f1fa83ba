import type { GivenResponse, Headers, NetworkParams, SentRequest } from './network-params.ts';

/** One request and its answer. A redirect has one for each of its addresses. */
export interface Exchange {
  /** The DevTools session that knows its body. */
  readonly tab: string;
  readonly requestId: string;
  readonly method: string;
  readonly url: string;
  readonly requestHeaders: Headers;
  /** In s since 1970. */
  readonly sentAt: number;
  /** In s, on DevTools' own clock. */
  readonly startedAt: number;
  /** As DevTools writes it: `Document`, `Script`, … */
  type: string;
  readonly initiator: string | undefined;
  readonly hasBody: boolean;
  /** Absent too if it was too long to be kept. */
  readonly requestBody: Buffer | undefined;
  response: GivenResponse | undefined;
  hasExtraInfo: boolean;
  isFromMemory: boolean;
  errorText: string | undefined;
  /** How it ended, if it did. A redirect has no body. */
  end: 'body' | 'redirect' | 'failed' | undefined;
  endedAt: number;
  /** The decoded bytes of the body so far. */
  bodyBytes: number;
  /** The bytes that came over the network. */
  encodedBytes: number;
}

/** What Chrome really sent and got, cookies too, in the order of the redirects. */
interface ExtraInfo {
  readonly sent: Headers[];
  readonly given: Headers[];
}

/** One attempt may not fill the memory of a process that serves hundreds. */
const MAX_EXCHANGES = 3_000;
const MAX_BODY_BYTES = 64 * 1024;
const MAX_ALL_BODY_BYTES = 1024 * 1024;
/** Other schemes need no network. */
const ON_NETWORK = /^https?:/;

/** What the targets of one attempt sent and got, out of the events of DevTools. */
export class Traffic {
  readonly #exchanges: Exchange[] = [];
  readonly #latest = new Map<string, Exchange>();
  readonly #extra = new Map<string, ExtraInfo>();
  #bodyBytes = 0;
  #droppedCount = 0;

  /** In the order in which the requests were sent. */
  get exchanges(): readonly Exchange[] {
    return this.#exchanges;
  }

  /** Requests that were not taken up, because there were too many. */
  get droppedCount(): number {
    return this.#droppedCount;
  }

  /** The cookies and other headers that only the network's own events have; those of an exchange come in its order. */
  extraOf(exchange: Exchange): { readonly sent: Headers | undefined; readonly given: Headers | undefined } {
    const extra = this.#extra.get(keyOf(exchange.tab, exchange.requestId));
    if (extra === undefined || !exchange.hasExtraInfo) return { sent: undefined, given: undefined };
    const sameRequest = this.#exchanges.filter(
      ({ tab, requestId, hasExtraInfo }) => tab === exchange.tab && requestId === exchange.requestId && hasExtraInfo,
    );
    const place = sameRequest.indexOf(exchange);
    return { sent: extra.sent[place], given: extra.given[place] };
  }

  /**
   * Takes up an event of `Network`.
   * @param owner `chrome-extension://<id>` if the target belongs to an extension
   */
  add(method: string, params: NetworkParams, tab: string, owner: string | undefined): void {
    const { requestId } = params;
    if (requestId === undefined) return;
    const key = keyOf(tab, requestId);
    if (method === 'Network.requestWillBeSent') return this.#onRequest(key, tab, requestId, { params, owner });
    if (method === 'Network.requestWillBeSentExtraInfo') return this.#onExtra(key, 'sent', params);
    if (method === 'Network.responseReceivedExtraInfo') return this.#onExtra(key, 'given', params);
    const exchange = this.#latest.get(key);
    if (exchange === undefined) return;
    if (method === 'Network.responseReceived') onResponse(exchange, params);
    else if (method === 'Network.requestServedFromCache') exchange.isFromMemory = true;
    else if (method === 'Network.dataReceived') exchange.bodyBytes += params.dataLength ?? 0;
    else if (method === 'Network.loadingFinished') onEnd(exchange, 'body', params);
    else if (method === 'Network.loadingFailed') onEnd(exchange, 'failed', params);
  }

  #onRequest(key: string, tab: string, requestId: string, { params, owner }: RequestEvent): void {
    const before = this.#latest.get(key);
    const { request, redirectResponse } = params;
    if (before !== undefined && redirectResponse !== undefined) {
      before.response = kept(redirectResponse);
      before.hasExtraInfo = params.redirectHasExtraInfo === true;
      onEnd(before, 'redirect', params);
    }
    if (request === undefined || !ON_NETWORK.test(request.url)) return;
    if (this.#exchanges.length >= MAX_EXCHANGES) {
      this.#droppedCount++;
      this.#latest.delete(key);
      return;
    }
    const exchange = newExchange(tab, requestId, request, { params, owner, requestBody: this.#bodyOf(request) });
    this.#exchanges.push(exchange);
    this.#latest.set(key, exchange);
  }

  #onExtra(key: string, which: keyof ExtraInfo, { headers = {} }: NetworkParams): void {
    let extra = this.#extra.get(key);
    if (extra === undefined) {
      // It may come before its request.
      if (this.#extra.size >= MAX_EXCHANGES) return;
      this.#extra.set(key, (extra = { sent: [], given: [] }));
    }
    extra[which].push(onlyCookies(headers));
  }

  #bodyOf({ postDataEntries = [] }: SentRequest): Buffer | undefined {
    const parts = postDataEntries.map(({ bytes = '' }) => Buffer.from(bytes, 'base64'));
    const body = Buffer.concat(parts);
    if (body.length === 0 || body.length > MAX_BODY_BYTES) return undefined;
    if (this.#bodyBytes + body.length > MAX_ALL_BODY_BYTES) return undefined;
    this.#bodyBytes += body.length;
    return body;
  }
}

/** The longest body that Chrome passes on with its request. */
export const MAX_POST_DATA_BYTES = MAX_BODY_BYTES;

interface RequestEvent {
  readonly params: NetworkParams;
  readonly owner: string | undefined;
}

interface NewExchange extends RequestEvent {
  readonly requestBody: Buffer | undefined;
}

function newExchange(
  tab: string,
  requestId: string,
  { method, url, headers, hasPostData = false }: SentRequest,
  { params, owner, requestBody }: NewExchange,
): Exchange {
  return {
    tab,
    requestId,
    method,
    url,
    requestHeaders: headers,
    sentAt: params.wallTime ?? 0,
    startedAt: params.timestamp ?? 0,
    type: params.type ?? 'Other',
    initiator: owner ?? extensionIn(params),
    hasBody: hasPostData,
    requestBody,
    response: undefined,
    hasExtraInfo: false,
    isFromMemory: false,
    errorText: undefined,
    end: undefined,
    endedAt: 0,
    bodyBytes: 0,
    encodedBytes: 0,
  };
}

function onResponse(exchange: Exchange, { response, hasExtraInfo, type }: NetworkParams): void {
  if (response === undefined) return;
  exchange.response = kept(response);
  exchange.hasExtraInfo = hasExtraInfo === true;
  if (type !== undefined) exchange.type = type;
}

function onEnd(exchange: Exchange, end: Exclude<Exchange['end'], undefined>, params: NetworkParams): void {
  if (end === 'body') exchange.response ??= unreported(exchange);
  exchange.end = end;
  exchange.endedAt = params.timestamp ?? exchange.startedAt;
  exchange.encodedBytes = params.encodedDataLength ?? 0;
  exchange.errorText = params.errorText;
}

/**
 * Chrome mostly reports no answer for the script of a service worker, but its body and that it came. What the answer must
 * have allowed is in the headers.
 */
function unreported({ url, type }: Exchange): GivenResponse | undefined {
  if (type !== 'Script') return undefined;
  const mimeType = 'text/javascript';
  const headers = { 'content-type': mimeType, 'service-worker-allowed': '/' };
  return { url, status: 200, statusText: '', headers, mimeType };
}

/** Without what is not recorded: certificates are most of an answer. */
function kept({ url, status, statusText, headers, mimeType, protocol, timing, ...from }: GivenResponse): GivenResponse {
  const { fromDiskCache = false, fromServiceWorker = false, fromPrefetchCache = false } = from;
  return {
    url,
    status,
    statusText,
    headers,
    mimeType,
    protocol: protocol ?? '',
    ...(timing === undefined ? {} : { timing }),
    fromDiskCache,
    fromServiceWorker,
    fromPrefetchCache,
  };
}

function onlyCookies(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => /^(?:set-)?cookie$/i.test(name)));
}

/** The extension whose content script sent a request. */
function extensionIn({ initiator }: NetworkParams): string | undefined {
  const url = initiator?.stack?.callFrames?.[0]?.url ?? initiator?.url ?? '';
  return originOfExtension(url);
}

/** `chrome-extension://<id>` of a URL; undefined if it is not one of an extension. */
export function originOfExtension(url: string): string | undefined {
  return /^chrome-extension:\/\/[a-p]{32}/.exec(url)?.[0];
}

function keyOf(tab: string, requestId: string): string {
  return `${tab} ${requestId}`;
}
