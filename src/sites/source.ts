import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { refusal } from '../core/fault.ts';
import { authorizationOf } from '../wire/endpoint.ts';

/** The source of a list's bytes. */
export interface ListSource {
  /** The name for messages, without credentials. */
  readonly name: string;
  /** The ending of the file or URL, in lower case without the dot. Empty if there is none. */
  readonly ending: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

export interface SourceOptions {
  readonly cwd: string;
  readonly stdin?: AsyncIterable<Uint8Array | string>;
  readonly signal?: AbortSignal;
}

/** How long a server may send nothing, before and during its answer. */
const SILENCE_TIMEOUT_MS = 30_000;

/** Opens a file, an http(s) URL, or standard input for `-`. Throws a refusal if it can't be read. */
export async function openSource(source: string, options: SourceOptions): Promise<ListSource> {
  if (source === '-') return openStdin(options);
  return /^https?:\/\//i.test(source) ? openUrl(source, options) : openFile(source, options);
}

function openStdin({ stdin }: SourceOptions): ListSource {
  if (stdin === undefined || ('isTTY' in stdin && stdin.isTTY === true)) {
    throw refusal('sites.unreadable', '--sites - reads the site list from standard input, but nothing is piped in', {
      hint: 'pipe a list in, such as `gridrun --sites - < sites.txt`',
    });
  }
  return { name: 'standard input', ending: '', chunks: bytesOf(stdin) };
}

async function* bytesOf(stdin: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of stdin) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
}

async function openFile(source: string, { cwd, signal }: SourceOptions): Promise<ListSource> {
  const path = resolve(cwd, source);
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => error);
  if (found instanceof Error) {
    const why = found.code === 'ENOENT' ? `there is no file ${path}` : found.message;
    throw refusal('sites.unreadable', `cannot read the site list ${source}: ${why}`, {
      hint: 'pass a file, a URL, or - for standard input',
    });
  }
  if (found.isDirectory()) {
    throw refusal('sites.unreadable', `the site list ${source} is a folder`, { hint: 'pass a file in that folder' });
  }
  return {
    name: source,
    ending: endingOf(source),
    chunks: createReadStream(path, signal === undefined ? {} : { signal }),
  };
}

async function openUrl(source: string, { signal }: SourceOptions): Promise<ListSource> {
  const url = URL.parse(source);
  if (url === null)
    throw refusal('sites.unreadable', 'the URL of the site list is not a URL', {
      hint: 'write it as https://example.com/sites.json',
    });
  const authorization = authorizationOf(url);
  url.username = '';
  url.password = '';
  return {
    name: url.href,
    ending: endingOf(url.pathname),
    chunks: download(url, authorization === undefined ? {} : { authorization }, signal),
  };
}

async function* download(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  // Loaded late: most lists are files, and this costs 10 MB or more.
  const { EnvHttpProxyAgent, fetch } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: SILENCE_TIMEOUT_MS },
    headersTimeout: SILENCE_TIMEOUT_MS,
    bodyTimeout: SILENCE_TIMEOUT_MS,
  });
  try {
    const response = await fetch(url, { headers, dispatcher, ...(signal === undefined ? {} : { signal }) });
    if (!response.ok)
      throw refusal(
        'sites.unreadable',
        `cannot read the site list ${url.href}: the server answered ${response.status}`,
        { hint: httpHint(response.status) },
      );
    if (response.body !== null) yield* response.body as AsyncIterable<Uint8Array>;
  } finally {
    await dispatcher.destroy();
  }
}

function httpHint(status: number): string {
  if (status === 401 || status === 403) return 'put a user and a password into the URL, or download the list first';
  return 'open the URL in a browser to check that it returns the list';
}

function endingOf(path: string): string {
  return /\.([a-z0-9]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
}
