import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { execFile } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LabelledField } from '../../examples/corpus/agreement.ts';

/** The archive of captured pages, beside the checkout; not part of it. */
const CORPUS = new URL('../../../shared/corpus/pages-dev.tar.gz', import.meta.url).pathname;

/** A captured page as the archive describes it. */
interface CapturedPage {
  readonly id: string;
  readonly corpus: string;
  readonly kind: string;
  readonly truth: readonly LabelledField[];
}

interface Corpus {
  readonly port: number;
  /** Temporary; removed at the end. */
  readonly folder: string;
  /** The login pages alone. */
  readonly pages: readonly CapturedPage[];
  /** Writes the login pages as a list for gridrun, one JSON line each. */
  writeList(path: string): Promise<void>;
  urlOf(page: CapturedPage): string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Unpacks the corpus into a temporary folder and serves each page under an origin of its own. Needs to be disposed. */
export async function serveCorpus(port = 0, archive = CORPUS): Promise<Corpus> {
  const started = new AsyncDisposableStack();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'gridrun-corpus-'));
    started.defer(() => rm(folder, { recursive: true, force: true }));
    await promisify(execFile)('tar', ['xzf', archive, '-C', folder, '--strip-components=1']);
    const lines = (await readFile(join(folder, 'truth.jsonl'), 'utf8')).split('\n').filter((line) => line !== '');
    const pages = lines.map((line) => JSON.parse(line) as CapturedPage).filter((page) => page.kind === 'login');
    if (pages.length === 0) throw new Error(`no login page in ${archive}`);
    const ids = new Set(pages.map((page) => page.id));
    const server = createServer((request, response) => {
      const id = (request.headers.host ?? '').split('.')[0] ?? '';
      if (request.url !== '/' || !ids.has(id)) return void response.writeHead(404).end();
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      createReadStream(join(folder, 'pages', `${id}.html`))
        .on('error', () => response.destroy())
        .pipe(response);
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    started.defer(async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    });
    const chosen = (server.address() as AddressInfo).port;
    const urlOf = (page: CapturedPage): string => `http://${page.id}.localhost:${chosen}/`;
    const owned = started.move();
    return {
      port: chosen,
      folder,
      pages,
      urlOf,
      async writeList(path) {
        const entries = pages.map((page) =>
          JSON.stringify({ id: page.id, url: urlOf(page), tags: [page.corpus], data: { truth: page.truth } }),
        );
        await writeFile(path, `${entries.join('\n')}\n`);
      },
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  } catch (error) {
    await started.disposeAsync();
    throw error;
  }
}
