import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ReplayCertificate } from './certificate.ts';

/** A request that came through the proxy, over HTTP/1.1 or HTTP/2. */
export type ProxiedRequest = IncomingMessage | Http2ServerRequest;
export type ProxiedResponse = ServerResponse | Http2ServerResponse;

/** What to do with each request. */
export interface ProxyHandler {
  /** @param url absolute */
  request(url: string, request: ProxiedRequest, response: ProxiedResponse): void;
  /** A request to open a WebSocket. It is refused. */
  webSocket(url: string): void;
}

/** The first byte of a TLS connection. */
const TLS_HANDSHAKE = 0x16;

/**
 * A proxy on loopback that answers every request itself and connects to nothing. It speaks TLS with one certificate for
 * all hosts, and HTTP/2 to a browser that can.
 */
export class ProxyServer implements AsyncDisposable {
  readonly #outer: Server;
  readonly #plain: Server;
  readonly #secure: Http2SecureServer;
  readonly #sockets = new Set<Duplex>();

  private constructor({ key, cert }: ReplayCertificate, handler: ProxyHandler) {
    this.#outer = createServer((request, response) => {
      // A plain HTTP request has its whole URL. Any other is for the proxy itself.
      if (URL.canParse(request.url ?? '')) handler.request(request.url!, request, response);
      else response.writeHead(404).end();
    });
    this.#plain = createServer((request, response) => handler.request(addressOf('http', request), request, response));
    this.#secure = createSecureServer({ key, cert, allowHTTP1: true }, (request, response) =>
      handler.request(addressOf('https', request), request, response),
    );
    this.#outer.on('connect', (_request: IncomingMessage, socket: Duplex) => this.#tunnel(socket));
    for (const [server, scheme] of [
      [this.#plain, 'ws'],
      [this.#secure, 'wss'],
    ] as const)
      server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
        handler.webSocket(addressOf(scheme, request));
        socket.end('HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n');
      });
    for (const server of [this.#outer, this.#plain, this.#secure])
      server.on('clientError', (_error: Error, socket: Duplex) => socket.destroy());
    // A browser that ends a connection during the handshake is no error of the replay.
    this.#secure.on('sessionError', () => {});
    this.#outer.on('connection', (socket: Duplex) => this.#keep(socket));
  }

  /** Listens on a free port of loopback. */
  static async open(certificate: ReplayCertificate, handler: ProxyHandler): Promise<ProxyServer> {
    const server = new ProxyServer(certificate, handler);
    server.#outer.listen(0, '127.0.0.1');
    await once(server.#outer, 'listening');
    return server;
  }

  get port(): number {
    return (this.#outer.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#outer.close();
    await once(this.#outer, 'close');
  }

  /** Takes the connection that the browser wants to any host: with TLS or without. */
  #tunnel(socket: Duplex): void {
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.unshift(chunk);
      const server = chunk[0] === TLS_HANDSHAKE ? this.#secure : this.#plain;
      server.emit('connection', socket);
      process.nextTick(() => socket.resume());
    });
  }

  #keep(socket: Duplex): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

function addressOf(scheme: string, request: ProxiedRequest): string {
  const authority = 'authority' in request ? request.authority : request.headers.host;
  return `${scheme}://${authority ?? 'unknown.invalid'}${request.url ?? '/'}`;
}
