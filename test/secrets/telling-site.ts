import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { CANARIES } from './canaries.ts';

/** The value of a password field that the page itself writes. */
const { 'value attribute': prefilled, header, ...others } = CANARIES;
const SECRETS = Object.values(others);

/** A site that shows every secret that it gets, or that it could know, in many ways. */
export interface TellingSite extends AsyncDisposable {
  readonly url: string;
  /** The requests that came, such as `POST /login`. */
  readonly requests: readonly string[];
}

const html = (secret: string): string => secret.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
const dataUrl = (type: string, secret: string): string =>
  `data:${type};base64,${Buffer.from(`${type.length % 2 ? '{' : ''}"${secret}"`).toString('base64')}`;

/** Secrets in HTML: as text, in attributes, in links, in a script as JSON, and in addresses that hold data. */
function shown(secrets: readonly string[]): string {
  return secrets
    .map(
      (secret) => `<p title="${html(secret)}">${html(secret)}</p><a href="/gone?q=${encodeURIComponent(secret)}">x</a>
<a href="${dataUrl('text/plain', secret)}">x</a><a href="${dataUrl('application/json', secret)}">x</a>
<script>void ${json(secret)}</script>`,
    )
    .join('\n');
}

/** As PHP and Python write JSON: in ASCII, and safe in HTML. */
function json(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u007f-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const HOME = `<!doctype html><meta charset="utf-8"><title>Telling</title><script src="/script.js"></script>
<form method="post" action="/login"><input name="user"><input id="password" type="password" name="pass"><button>go</button></form>
<form><input id="second" type="password" value="${prefilled}"></form><p id="fetched"></p>${shown(SECRETS)}`;

/** Sends a token in a header, and writes down what comes back. */
const SCRIPT = `addEventListener('DOMContentLoaded', async () => {
  const key = ${JSON.stringify([...header].reverse().join(''))}.split('').reverse().join('');
  const headers = { 'x-api-key': key, authorization: 'Bearer ' + key };
  const answer = await (await fetch('/api?access_token=' + key, { method: 'POST', headers, body: JSON.stringify({ token: key }) })).text();
  console.log('x-api-key: ' + key, answer);
  await fetch('/packed');
  document.getElementById('fetched').textContent = answer;
});
void ${json(SECRETS)};`;

export async function startTellingSite(): Promise<TellingSite> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url?.split('?')[0]}`);
    void answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  const { pathname } = new URL(String(request.url), 'http://telling.example');
  const send = (type: string, bytes: string | Buffer, headers: Record<string, string> = {}): void =>
    void response.writeHead(200, { 'content-type': type, ...headers }).end(bytes);
  const gzip = { 'content-encoding': 'gzip' };
  switch (pathname) {
    case '/':
      return send('text/html', gzipSync(HOME), { ...gzip, 'set-cookie': `sid=${header}; Path=/` });
    case '/script.js':
      return send('text/javascript', brotliCompressSync(SCRIPT), { 'content-encoding': 'br' });
    case '/api':
      return send('application/json', gzipSync(json({ sent: [request.headers['x-api-key'], body], SECRETS })), gzip);
    case '/packed':
      // A file that is compressed by itself. Chrome leaves it as it is.
      return send('application/gzip', gzipSync(json([...SECRETS, header])));
    case '/login': {
      const typed = new URLSearchParams(body).get('pass') ?? '';
      return send('text/html', brotliCompressSync(`<h1 id="welcome">Welcome</h1>${shown([typed, ...SECRETS])}`), {
        'content-encoding': 'br',
      });
    }
    default:
      return void response.writeHead(404).end();
  }
}
