import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { refusal } from '../../core/fault.ts';
import { REPORT_HTML } from '../../results/layout.ts';

export interface ReportServer extends AsyncDisposable {
  /** Of the report's page. */
  readonly url: string;
}

/** Types that the browser may show. Everything else, such as pages of sites, is sent as text, so that no script in it runs. */
const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.json': 'application/json; charset=utf-8',
  '.har': 'application/json; charset=utf-8',
};

/** The policy for every file but the report: no script, no frame, no request, and its own origin. */
const SANDBOX = "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'";

/**
 * Serves a results folder on loopback, read-only. It serves no file outside the folder, and no request from a page of
 * another site.
 * @param port 0 takes a free one
 * @throws GridrunError if the folder has no report, or the server cannot listen on the port
 */
export async function serveReport(folder: string, port = 0): Promise<ReportServer> {
  const root = await realpath(folder).catch(() => '');
  if (root === '' || (await fileAt(root, `/${REPORT_HTML}`)) === undefined) {
    throw refusal('report.missing', `there is no ${REPORT_HTML} in ${folder}`, {
      hint: 'pass the results folder of a run',
    });
  }
  const server = createServer((request, response) => {
    answer(root, request, response).catch(() => response.destroy());
  });
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw refusal('report.port', `cannot listen on port ${port}: ${(error as Error).message}`, {
      hint: 'pass another port, or leave --port out',
    });
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${REPORT_HTML}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await Promise.resolve();
    },
  };
}

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A page of another site may resolve its own name to this address. Its requests then have that name.
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/i.test(request.headers.host ?? '')) return end(response, 403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405);
  const path = pathOf(request.url ?? '/');
  if (path === '/') return end(response, 302, { location: `/${REPORT_HTML}` });
  const file = path === undefined ? undefined : await fileAt(root, path);
  if (file === undefined) return end(response, 404);
  const isReport = path === `/${REPORT_HTML}`;
  response.writeHead(200, {
    'content-type': isReport
      ? 'text/html; charset=utf-8'
      : (TYPES[extname(file.path).toLowerCase()] ?? 'text/plain; charset=utf-8'),
    'content-length': file.size,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    ...(isReport ? {} : { 'content-security-policy': SANDBOX }),
  });
  if (request.method === 'HEAD' || file.size === 0) response.end();
  else await pipeline(createReadStream(file.path, { end: file.size - 1 }), response);
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${status}\n`);
}

/** The decoded path of a request; undefined if it is not valid. */
function pathOf(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split(/[?#]/, 1)[0] ?? '');
  } catch {
    return undefined;
  }
}

/** The real path of a file within the folder; undefined for anything else. */
async function fileAt(
  root: string,
  path: string,
): Promise<{ readonly path: string; readonly size: number } | undefined> {
  if (path.includes('\0') || !path.startsWith('/')) return undefined;
  try {
    const real = await realpath(join(root, path));
    if (!real.startsWith(`${root}${sep}`)) return undefined;
    const facts = await stat(real);
    return facts.isFile() ? { path: real, size: facts.size } : undefined;
  } catch {
    return undefined;
  }
}
