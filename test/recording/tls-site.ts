import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** The flags with which Chrome finds the sites of `startTlsSite`. */
export const TLS_SITE_FLAGS = ['--host-resolver-rules=MAP *.test 127.0.0.1', '--ignore-certificate-errors'];

/** Values that must be in no recording. Each is sent in another way. */
export const CANARIES = {
  cookie: 'canary-cookie-31f7',
  cookieOfScript: 'canary-script-cookie-9a2b',
  authorization: 'canary-authorization-77aa',
  urlToken: 'canary-url-token-52c1',
  postBody: 'canary-post-body-8e31',
  typed: 'canary-typed-4471',
  prefilled: 'canary-prefilled-2b90',
  environment: 'canary-environment-6d5e',
} as const;

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const HOME = (port: number): string => `<!doctype html><meta charset="iso-8859-1"><title>Shop</title>
<link rel="stylesheet" href="/style.css"><script src="/script.js?access_token=${CANARIES.urlToken}"></script>
<h1 id="name">Caf\u00e9</h1><p id="script"></p><p id="fetched"></p><p id="worker"></p><p id="twice"></p><p id="extended"></p>
<img id="image" src="/pixel.png"><iframe id="frame" src="https://frame.test:${port}/frame"></iframe>
<form method="post" action="/login"><input id="user" name="user"><input id="secret" name="secret" type="password">
<input type="password" value="${CANARIES.prefilled}"><button id="go">go</button></form>
<p>Your session is ${CANARIES.cookie}, your key ${CANARIES.environment}.</p>`;

const SCRIPT = `document.addEventListener('DOMContentLoaded', async () => {
  document.getElementById('script').textContent = 'ran';
  document.cookie = 'theme=${CANARIES.cookieOfScript}';
  const headers = { authorization: 'Bearer ${CANARIES.authorization}', 'x-api-key': '${CANARIES.authorization}' };
  const body = JSON.stringify({ note: ['canary', 'post', 'body', '8e31'].join('-') });
  const answer = await fetch('/api', { method: 'POST', headers, body });
  document.getElementById('fetched').textContent = (await answer.json()).greeting;
  const twice = [await fetch('/cached'), await fetch('/cached', { cache: 'no-cache' })];
  document.getElementById('twice').textContent = (await Promise.all(twice.map((one) => one.text()))).join();
  await navigator.serviceWorker.register('/sw.js');
  await navigator.serviceWorker.ready;
  await new Promise((resolve) => { if (navigator.serviceWorker.controller) resolve(); else navigator.serviceWorker.oncontrollerchange = resolve; });
  document.getElementById('worker').textContent = await (await fetch('/from-worker')).text();
});`;

const WORKER = `self.addEventListener('install', (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));
self.addEventListener('fetch', (event) => {
  if (new URL(event.request.url).pathname === '/from-worker') event.respondWith(fetch('/by-worker'));
});`;

export interface TlsSite extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Each request that came, as \`host path\`. */
  readonly requests: readonly string[];
}

/**
 * A site over TLS and HTTP/2 with compressed bodies, a redirect, a 304, a frame of another origin, a service worker, a
 * worker's fetch, and a login. Every value of CANARIES is sent, and some are in its answers.
 */
export async function startTlsSite(): Promise<TlsSite> {
  const requests: string[] = [];
  const server = createSecureServer({ ...certificate(), allowHTTP1: true }, (request, response) => {
    const host = String(request.headers[':authority'] ?? request.headers.host);
    requests.push(`${host.replace(/:\d+$/, '')} ${request.url}`);
    answer(request, response, (server.address() as AddressInfo).port);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  return {
    url: `https://shop.test:${port}/`,
    port,
    requests,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}

function answer(request: Http2ServerRequest, response: Http2ServerResponse, port: number): void {
  const { pathname } = new URL(String(request.url), 'https://shop.test');
  const send = (type: string, body: string | Buffer, more: Record<string, string> = {}): void =>
    void response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', ...more }).end(body);
  switch (pathname) {
    case '/':
      return void response.writeHead(302, { location: '/home' }).end();
    case '/home':
      // In its own charset, which only the page itself names.
      return send('text/html', gzipSync(Buffer.from(HOME(port), 'latin1')), {
        'content-encoding': 'gzip',
        'set-cookie': `sid=${CANARIES.cookie}; Path=/; HttpOnly; Secure`,
      });
    case '/style.css':
      return send('text/css', brotliCompressSync('h1 { color: rgb(1, 2, 3) }'), { 'content-encoding': 'br' });
    case '/script.js':
      return send('text/javascript', gzipSync(SCRIPT), { 'content-encoding': 'gzip' });
    case '/pixel.png':
      return send('image/png', PIXEL);
    case '/frame':
      return send('text/html', '<p id=inner>framed</p><script src="/frame.js"></script>');
    case '/frame.js':
      return send('text/javascript', 'document.getElementById("inner").textContent += " and run"');
    case '/api':
      return send('application/json', JSON.stringify({ greeting: 'hello', session: CANARIES.cookie }));
    case '/cached':
      if (request.headers['if-none-match'] === '"one"') return void response.writeHead(304, { etag: '"one"' }).end();
      return send('text/plain', 'cached', { 'cache-control': 'max-age=60', etag: '"one"' });
    case '/sw.js':
      return send('text/javascript', WORKER);
    case '/by-worker':
      return send('text/plain', 'by the worker');
    case '/by-extension':
      return send('text/plain', 'by the extension');
    case '/file': {
      const [, first = '0', last = '9'] = /^bytes=(\d+)-(\d+)$/.exec(String(request.headers.range)) ?? [];
      const part = '0123456789'.slice(Number(first), Number(last) + 1);
      return void response
        .writeHead(206, { 'content-type': 'text/plain', 'content-range': `bytes ${first}-${last}/10` })
        .end(part);
    }
    case '/plain':
      return send('text/html', '<title>Plain</title>');
    case '/login':
      return send('text/html', '<h1 id="welcome">Welcome</h1>');
    default:
      return void response.writeHead(404, { 'content-type': 'text/plain' }).end('not here');
  }
}

function certificate(): { readonly key: Buffer; readonly cert: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'gridrun-tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-nodes', '-subj', '/CN=shop.test', '-addext', 'subjectAltName=DNS:*.test', '-days', '2'];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync('openssl', [...made, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' });
    return { key: readFileSync(key), cert: readFileSync(cert) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
