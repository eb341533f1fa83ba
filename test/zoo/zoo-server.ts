import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSocketServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goodPage, ZOO, type ZooPlaces } from './zoo-pages.ts';

/** The zoo's servers, on loopback. */
export interface Zoo extends AsyncDisposable {
  readonly places: ZooPlaces;
  /** The URL of a page of `ZOO`. */
  urlOf(name: string): string;
}

export async function startZoo(): Promise<Zoo> {
  const origins = new Map<string, string>();
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const open = async (name: string, server: Server, scheme = 'http'): Promise<void> => {
    servers.push(server);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origins.set(name, `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`);
  };
  const at = (name: string): string => origins.get(name)!;
  const answer: RequestListener = (request, response) => {
    const name = new URL(request.url ?? '/', 'http://zoo').pathname.slice(1);
    const hostile = ZOO[name];
    if (hostile !== undefined && 'http' in hostile.page) return hostile.page.http(response, request, places);
    const body = name === 'good-without-form' ? goodPage('<p>Another place</p>') : goodPage();
    if (name === 'long-url-end') return void response.writeHead(414).end();
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(body);
  };
  const main = createServer({ maxHeaderSize: 1_000_000 }, answer);
  // To close with bytes unread resets the connection, and Chrome may not see that HTTP answers its TLS.
  main.on('clientError', (_error, socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await open('main', main);
  await open('other', createServer(answer));
  await open('tls', createTlsServer(selfSigned(), answer), 'https');
  const dead = createSocketServer();
  await open('dead', dead);
  dead.close();
  await once(dead, 'close');
  servers.pop();
  for (const [name, { page }] of Object.entries(ZOO)) {
    if (!('raw' in page)) continue;
    const server = createSocketServer((socket) => {
      socket.once('data', () => page.raw(socket));
    });
    await open(name, server);
  }
  const places: ZooPlaces = {
    origin: at('main'),
    otherOrigin: at('other'),
    tlsOrigin: at('tls'),
    deadOrigin: at('dead'),
  };
  return {
    places,
    urlOf(name) {
      const { page } = ZOO[name]!;
      if ('url' in page) return page.url(places);
      return 'raw' in page ? `${at(name)}/` : `${places.origin}/${name}`;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map(async (server) => await once(server.close(), 'close')));
    },
  };
}

function selfSigned(): { readonly key: string; readonly cert: string } {
  const folder = mkdtempSync(join(tmpdir(), 'gridrun-zoo-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=zoo.example', '-days', '2', '-nodes'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', cert, ...subject], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
