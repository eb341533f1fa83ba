import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { serveCorpus } from '../corpus/corpus-server.ts';
import { randomFrom } from '../support/random.ts';

/** What a server does with a page, beside sending it. */
export const NOISE = [
  'steady',
  'unavailable',
  'steady',
  'a/b',
  'in turn',
  'steady',
  'limited',
  'slow',
  'rotating',
] as const;
export type Noise = (typeof NOISE)[number];

/** A captured login page with a password field that a person labelled. */
export interface Page {
  readonly id: string;
  readonly url: string;
  /** The place of its password field among `input` elements. */
  readonly password: number;
}

/** What a browser says about a page that no extension has changed. */
export interface PageFacts {
  readonly language: string;
  readonly hasName: boolean;
}

export interface NoisyCorpus extends AsyncDisposable {
  readonly port: number;
  readonly pages: readonly Page[];
  /** What checks have posted to `/facts`, by the id of the page. */
  readonly facts: ReadonlyMap<string, PageFacts>;
  /** From now on pages have this noise; a page without one is steady. */
  plant(noise: ReadonlyMap<string, Noise>, seed: number): void;
}

/** Captured pages name no language, so each gets one of these. */
const LANGUAGES = ['en', 'de', 'en', 'fr', 'en', 'ja'];
const WALL =
  '<!doctype html><title>Before you go on</title><main><h1>We value your privacy</h1><button>Accept</button></main>';
const SHARE_UNAVAILABLE = 0.12;
const MAX_DELAY_MS = 1500;
/** More than this many loads in the window are refused. */
const LIMIT = { loads: 3, windowMs: 4000 };

/** Serves the captured login pages, each under an origin of its own, with the noise that is planted. */
export async function noisyCorpus(): Promise<NoisyCorpus> {
  await using started = new AsyncDisposableStack();
  const corpus = started.use(await serveCorpus());
  const facts = new Map<string, PageFacts>();
  let server = new NoisyServer(new Map(), 0);
  const http = createServer((request, response) => {
    void answer(request, response);
  }).listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  started.defer(async () => {
    http.closeAllConnections();
    http.close();
    await once(http, 'close');
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = (request.headers.host ?? '').split('.')[0] ?? '';
    if (request.method === 'POST') {
      facts.set(id, JSON.parse(await textOf(request)) as PageFacts);
      return void response.writeHead(204).end();
    }
    if (request.url === '/app.js') {
      response.writeHead(200, { 'content-type': 'text/javascript' });
      return void response.end('document.documentElement.dataset.app = "ready";');
    }
    if (request.url !== '/') return void response.writeHead(404).end();
    const captured = await readFile(join(corpus.folder, 'pages', `${id}.html`), 'utf8').catch(() => undefined);
    if (captured === undefined) return void response.writeHead(404).end();
    await server.send(id, withLanguage(captured, languages.get(id) ?? 'en'), response);
  }

  const pages = corpus.pages.flatMap(({ id, truth }): Page[] => {
    const field = truth.find(({ label, tag }) => label === 'password' && tag === 'input');
    return field === undefined ? [] : [{ id, url: `http://${id}.localhost:${port}/`, password: field.index }];
  });
  const languages = new Map(pages.map(({ id }, index) => [id, LANGUAGES[index % LANGUAGES.length]]));
  const owned = started.move();
  return {
    port,
    pages,
    facts,
    plant: (noise, seed) => void (server = new NoisyServer(noise, seed)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function withLanguage(page: string, language: string): string {
  const start = /<html/i.exec(page);
  if (start === null) return `<html lang="${language}">${page}`;
  const after = start.index + start[0].length;
  return `${page.slice(0, after)} lang="${language}"${page.slice(after)}`;
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Answers for one run. */
class NoisyServer {
  readonly #noise: ReadonlyMap<string, Noise>;
  readonly #random: () => number;
  readonly #loads = new Map<string, number[]>();

  constructor(noise: ReadonlyMap<string, Noise>, seed: number) {
    this.#noise = noise;
    this.#random = randomFrom(seed);
  }

  async send(id: string, page: string, response: ServerResponse): Promise<void> {
    const now = Date.now();
    const loads = this.#loads.get(id) ?? [];
    loads.push(now);
    this.#loads.set(id, loads);
    const random = this.#random();
    switch (this.#noise.get(id) ?? 'steady') {
      case 'unavailable':
        if (random < SHARE_UNAVAILABLE) return refuse(response, 503);
        return sendPage(response, page);
      case 'limited':
        if (loads.filter((at) => at > now - LIMIT.windowMs).length > LIMIT.loads) return refuse(response, 429);
        return sendPage(response, page);
      case 'a/b':
        return random < 0.5 ? sendPage(response, WALL) : sendPage(response, page);
      case 'in turn':
        return sendPage(response, page, loads.length % 2 === 0 ? '' : block('nav', 40));
      case 'rotating':
        return sendPage(response, page, block('aside', Math.floor(random * 4) * 15));
      case 'slow':
        await new Promise((resolve) => setTimeout(resolve, random * MAX_DELAY_MS));
        return sendPage(response, page);
      case 'steady':
        return sendPage(response, page);
    }
  }
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'text/html' });
  response.end(`<!doctype html><title>${status}</title><h1>Try again later</h1>`);
}

/** Elements that a page has more of, at its end. */
function block(tag: string, count: number): string {
  return `<${tag}>${'<p><a href="/more"><span>more</span></a></p>'.repeat(count)}</${tag}>`;
}

function sendPage(response: ServerResponse, page: string, more = ''): void {
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
  response.end(`${page}<script src="/app.js"></script>${more}`);
}
