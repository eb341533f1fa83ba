import type { Site } from '../core/site.ts';
import { GridrunError, refusal } from '../core/fault.ts';
import type { Environment, ListBuilder } from './builder.ts';
import type { Content } from './content.ts';
import { lookAt, onlyUtf8 } from './content.ts';
import type { Form } from './form.ts';
import { formOf } from './form.ts';
import { hashOf } from './hash.ts';
import type { SourceOptions } from './source.ts';
import { openSource } from './source.ts';

/** A site list without mistakes. */
export interface SiteList {
  readonly sites: readonly Site[];
  /** How many entries were left out because an earlier entry has the same URL and neither has its own id. */
  readonly duplicateCount: number;
  /** SHA-256 over the sites in their order. It is the same in every form of the list. */
  readonly hash: string;
}

export interface ReadSitesOptions extends SourceOptions {
  /** The environment that must have the names in `env`; `process.env` by default. Values are never read. */
  readonly environment?: Environment;
}

type Reader = (content: Content, environment: Environment) => Promise<ListBuilder>;

/** Each form has parsers of its own. They are loaded only for a list in that form. */
const READERS: Readonly<Record<Form, () => Promise<Reader>>> = {
  JSON: async () => (await import('./json.ts')).readJson,
  NDJSON: async () => (await import('./ndjson.ts')).readNdjson,
  YAML: async () => (await import('./yaml.ts')).readYaml,
  CSV: async () => (await import('./csv.ts')).readCsv,
  'rank,domain': async () => (await import('./text.ts')).readRanked,
  text: async () => (await import('./text.ts')).readText,
};

/**
 * Reads a site list in any form from a file, an http(s) URL, or `-` for standard input.
 * Throws one refusal with every mistake of the list: its place, and what would be right.
 */
export async function readSites(source: string, options: ReadSitesOptions): Promise<SiteList> {
  const { name, ending, chunks } = await openSource(source, options);
  try {
    const looked = await lookAt(name, stopping(chunks, options.signal));
    const content = { ...looked, chunks: onlyUtf8(name, looked.chunks) };
    const form = formOf(content.head, ending);
    const read = await READERS[form]();
    return finish(name, form, await read(content, options.environment ?? process.env));
  } catch (error) {
    options.signal?.throwIfAborted();
    if (error instanceof GridrunError) throw error;
    if (error instanceof RangeError)
      throw refusal('sites.unreadable', `the site list ${name} is nested too deeply`, {
        hint: 'look for data that contains itself',
      });
    throw new GridrunError('sites.unreadable', `cannot read the site list ${name}: ${reasonOf(error)}`, {
      hint: 'check that this machine can reach the file or server',
      cause: error,
    });
  }
}

function finish(name: string, form: Form, { sites, mistakes, isFull, duplicateCount }: ListBuilder): SiteList {
  if (mistakes.length > 0) {
    const many = `${isFull ? 'at least ' : ''}${mistakes.length} mistakes`;
    const count = mistakes.length === 1 ? 'a mistake' : many;
    throw refusal('sites.mistakes', `the site list ${name}, read as ${form}, has ${count}`, { mistakes });
  }
  if (sites.length === 0)
    throw refusal('sites.empty', `the site list ${name} has no sites`, {
      hint: 'write a domain or URL on each line',
    });
  return { sites, duplicateCount, hash: hashOf(sites) };
}

async function* stopping(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield chunk;
  }
}

/** The reason of an error. `fetch` only reports "fetch failed" and keeps the reason in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
