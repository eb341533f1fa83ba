import { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ReplayRecord } from '../core/replay-record.ts';
import type { ReplayCertificate } from './certificate.ts';
import { ProxyServer, type ProxiedRequest, type ProxiedResponse } from './proxy-server.ts';
import { Play, type PlayedRecording } from './play.ts';
import type { AskedRequest } from './recorded-answer.ts';
import { preflightReply, replyOf, type Reply } from './reply.ts';
import { isOfBrowser, requestKind } from './request-kind.ts';

/** An error of HTTP/2 after which the browser does not try again. */
const INTERNAL_ERROR = 2;

/** What a page gets for a request that the recording cannot answer: a connection that breaks, or a `404`. */
export type OnMiss = 'abort' | '404';

/** A page of gridrun's own. A proxy answers it with any recording, and with none. */
export const PROXY_PAGE = 'http://replay.gridrun.invalid/';

/** The proxy of one browser session. It plays one recording at a time. Requests that come between two wait for the next. */
export class ReplayProxy implements AsyncDisposable {
  readonly #onMiss: OnMiss;
  #server: ProxyServer | undefined;
  #play: Play | undefined;
  /** Requests that wait for a recording. */
  readonly #waiting = new Set<(play: Play) => void>();

  private constructor(onMiss: OnMiss) {
    this.#onMiss = onMiss;
  }

  static async open(certificate: ReplayCertificate, onMiss: OnMiss): Promise<ReplayProxy> {
    const proxy = new ReplayProxy(onMiss);
    proxy.#server = await ProxyServer.open(certificate, {
      request: (url, request, response) => {
        proxy.#answer(url, request, response).catch(() => proxy.#failed(url, request, response));
      },
      webSocket: (url) => proxy.#play?.missed(url, 'websocket'),
    });
    return proxy;
  }

  get port(): number {
    return this.#server!.port;
  }

  /** Answers from this recording from now on. */
  play(recording: PlayedRecording): void {
    const play = new Play(recording);
    this.#play = play;
    for (const wake of this.#waiting) wake(play);
    this.#waiting.clear();
  }

  /** What the browser asked of the recording so far. */
  record(): ReplayRecord {
    return this.#play?.record() ?? { hits: 0, misses: [] };
  }

  /** Answers nothing until it plays again. */
  stop(): void {
    this.#play = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
  }

  async #answer(url: string, request: ProxiedRequest, response: ProxiedResponse): Promise<void> {
    if (url === PROXY_PAGE) return send(response, textReply(200, 'replay'));
    const body = await buffer(request);
    const play = await this.#playing(response);
    if (play === undefined) return;
    const asked = askedOf(url, request, body.length === 0 ? undefined : play.hashOf(body));
    const found = play.answerTo(asked);
    if (found !== undefined)
      return found.status === 0
        ? cut(response)
        : send(
            response,
            replyOf(found, asked, { origin: request.headers.origin, ageMs: play.ageMs }),
            found.statusText,
          );
    const preflight = preflightOf(request, url, play);
    if (preflight !== undefined) return send(response, preflight);
    if (!isOfBrowser(request.headers, url)) play.missed(url, requestKind(request.headers, url));
    if (this.#onMiss === 'abort') cut(response);
    else send(response, textReply(404, 'not in the recording'));
  }

  /** An answer that cannot be sent is a miss, unless the browser has gone away. */
  #failed(url: string, { headers }: ProxiedRequest, response: ProxiedResponse): void {
    const isGone = response instanceof ServerResponse ? response.destroyed : response.stream.destroyed;
    if (!isGone) this.#play?.missed(url, requestKind(headers, url));
    cut(response);
  }

  /** Waits for a recording. Undefined if the browser no longer waits. */
  async #playing(response: ProxiedResponse): Promise<Play | undefined> {
    if (this.#play !== undefined) return this.#play;
    const { promise, resolve } = Promise.withResolvers<Play | undefined>();
    this.#waiting.add(resolve);
    response.on('close', () => {
      this.#waiting.delete(resolve);
      resolve(undefined);
    });
    return await promise;
  }
}

function preflightOf({ headers, method }: ProxiedRequest, url: string, play: Play): Reply | undefined {
  const wanted = headers['access-control-request-method'];
  if (method !== 'OPTIONS' || wanted === undefined || headers.origin === undefined) return undefined;
  if (!play.knows(wanted, url)) return undefined;
  return preflightReply(headers.origin, {
    method: wanted,
    headers: String(headers['access-control-request-headers'] ?? ''),
  });
}

/** Breaks the connection of a request. On HTTP/2, others share it, so only the stream ends. */
function cut(response: ProxiedResponse): void {
  if (response instanceof ServerResponse) response.destroy();
  else response.stream.close(INTERNAL_ERROR);
}

function send(response: ProxiedResponse, { status, headers, body }: Reply, statusText = ''): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  // HTTP/2 has no text beside the status.
  if (response instanceof ServerResponse && /^[\x20-\x7e]+$/.test(statusText)) response.statusMessage = statusText;
  // A stream of events that ended would be asked for again and again.
  if (String(headers['content-type']).startsWith('text/event-stream')) {
    return writeOn(response, body);
  }
  if (body.length > 0) response.setHeader('content-length', body.length);
  response.end(body);
}

/** Writes a part of an answer. The types of the two responses cannot be called as one. */
function writeOn(response: Pick<Writable, 'write'>, body: Buffer): void {
  response.write(body);
}

function textReply(status: number, text: string): Reply {
  return { status, headers: { 'content-type': 'text/plain' }, body: Buffer.from(text) };
}

function askedOf(url: string, { method = 'GET', headers }: ProxiedRequest, bodyHash: string | undefined): AskedRequest {
  return {
    method,
    url,
    bodyHash,
    range: headers.range,
    isConditional: headers['if-none-match'] !== undefined || headers['if-modified-since'] !== undefined,
  };
}
