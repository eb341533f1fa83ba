import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Serves the demo sites. Each `<name>.localhost` is a separate site with a working login. Its account and its texts are the
 * `data` in sites.json. Its page is `pages/<name>.html`, and `pages/<name>.<part>.html` are further pages of it.
 */
interface Account {
  readonly username: string;
  readonly password: string;
  readonly welcome: string;
  readonly refused: string;
}

const port = Number(process.env['PORT'] ?? 8471);
const pages = new URL('pages/', import.meta.url);
const sites = JSON.parse(readFileSync(new URL('../../sites.json', import.meta.url), 'utf8')) as {
  id: string;
  data: Account;
}[];
const accounts = new Map(sites.map((site) => [site.id, site.data]));

/** Honeypot fields that no person sees. The server rejects a login that fills them in. */
const TRAPS = ['website', 'user_confirm', 'email_hidden'];

/** Sites that are down for everyone, with or without an extension. The demo sweep sets them. */
const down = new Set((process.env['DEMO_DOWN'] ?? '').split(','));

/** The delay of the site that renders late, in ms. */
const SLOW_MS = 700;

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error));
  });
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`);
  if (url.pathname === '/healthz') return void response.end('ok');
  if (url.pathname === '/style.css')
    return void response.writeHead(200, { 'content-type': 'text/css' }).end(readFileSync(new URL('style.css', pages)));
  const name = url.hostname.split('.')[0] ?? '';
  const account = accounts.get(name);
  if (account === undefined) return void response.writeHead(404).end('no such site');
  if (down.has(name)) return html(response, '<!doctype html><title>Closed</title><h1>Closed for maintenance</h1>');
  const route = ROUTES[`${request.method} ${url.pathname}`] ?? showPart;
  await route({ name, account, url, request, response });
}

interface Visit {
  readonly name: string;
  readonly account: Account;
  readonly url: URL;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

const ROUTES: Readonly<Record<string, (visit: Visit) => void | Promise<void>>> = {
  'GET /': ({ name, account, url, response }) => {
    const alert = url.searchParams.has('failed') ? `<p class="error" role="alert">${escape(account.refused)}</p>` : '';
    html(response, page(name).replace('<!--alert-->', alert));
  },
  'GET /account': ({ name, account, request, response }) => {
    if (!/(^|; )session=signed-in/.test(request.headers.cookie ?? '')) return redirect(response, '/');
    const root = /<html[^>]*>/.exec(page(name))?.[0] ?? '<html>';
    const head = `<meta charset="utf-8"><title>${escape(account.welcome)}</title><link rel="stylesheet" href="/style.css">`;
    html(
      response,
      `<!doctype html>${root}<head>${head}</head><body><main class="wide"><h1>${escape(account.welcome)}</h1></main></body></html>`,
    );
  },
  'GET /api/slow': async ({ response }) => {
    await delay(SLOW_MS);
    json(response, {});
  },
  'POST /login': async ({ account, request, response }) => {
    const fields = Object.fromEntries(new URLSearchParams(await bodyOf(request)));
    if (!admits(account, fields)) return redirect(response, '/?failed');
    response.setHeader('set-cookie', 'session=signed-in; Path=/; HttpOnly');
    redirect(response, '/account');
  },
  'POST /api/login': async ({ account, request, response }) => {
    const ok = admits(account, JSON.parse(await bodyOf(request)) as Record<string, string>);
    if (ok) response.setHeader('set-cookie', 'session=signed-in; Path=/; HttpOnly');
    json(response, { ok, message: ok ? account.welcome : account.refused });
  },
};

/** Checks a login. Each site names its fields differently, so the first two filled fields are the name and the password. */
function admits(account: Account, fields: Readonly<Record<string, string>>): boolean {
  if (TRAPS.some((name) => fields[name])) return false;
  const [username, password] = Object.values(fields).filter((value) => value !== '');
  return username === account.username && password === account.password;
}

function showPart({ name, url, response }: Visit): void {
  const part = /^\/([a-z]+)$/.exec(url.pathname)?.[1];
  try {
    html(response, page(`${name}.${part}`).replaceAll('{{username}}', escape(url.searchParams.get('username') ?? '')));
  } catch {
    response.writeHead(404).end('no such page');
  }
}

function page(name: string): string {
  return readFileSync(new URL(`${name}.html`, pages), 'utf8');
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

function html(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(text);
}

function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location }).end();
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

server.listen(port, '127.0.0.1', () => {
  const { port: chosen } = server.address() as AddressInfo;
  process.stdout.write(`${accounts.size} demo sites at http://<name>.localhost:${chosen}/\n`);
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
