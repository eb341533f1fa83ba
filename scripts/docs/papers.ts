import { codesPage, troubleBlock } from './codes-pages.ts';
import { configPage } from './config-page.ts';
import { CONFIG_KEYS } from './config-type.ts';
import { eventsPage } from './events-page.ts';
import { exitsBlock } from './exits-block.ts';
import { flagsPage } from './flags-page.ts';
import { waitsBlock } from './waits-block.ts';
import { pageClassesPage } from './page-classes-page.ts';

const MADE = '<!-- made by npm run docs: change the code, not this page -->\n\n';

/** Pages that are made from the code, by path. */
export const PAGES: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/reference/flags.md': flagsPage,
  'docs/reference/config.md': configPage,
  'docs/reference/events.md': eventsPage,
  'docs/reference/error-codes.md': codesPage,
  'docs/reference/page-classes.md': pageClassesPage,
};

/** Sources that are made from the code, by path. */
export const SOURCES: Readonly<Record<string, () => string>> = CONFIG_KEYS;

/** Blocks in pages that are made from the code, by path and by the name of the block. */
export const BLOCKS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'README.md': { exits: exitsBlock },
  'docs/ci.md': { exits: exitsBlock },
  'docs/troubleshooting.md': { codes: troubleBlock },
  'docs/limits.md': { waits: waitsBlock },
};

/** Every file that is made from the code, with its new text by path. `read` returns the present text of a file. */
export async function madePapers(read: (path: string) => string): Promise<ReadonlyMap<string, string>> {
  const pages = await Promise.all(
    Object.entries(PAGES).map(async ([path, page]) => [path, `${MADE}${(await page()).trimEnd()}\n`] as const),
  );
  const sources = Object.entries(SOURCES).map(([path, source]) => [path, source()] as const);
  const papers = Object.keys(BLOCKS).map((path) => [path, withBlocks(path, read(path))] as const);
  return new Map([...pages, ...sources, ...papers]);
}

/** A paper with its blocks made again. Throws if the paper lacks a block. */
export function withBlocks(path: string, paper: string): string {
  return Object.entries(BLOCKS[path] ?? {}).reduce((text, [name, block]) => {
    const [start, end] = [`<!-- ${name}: made by npm run docs -->\n`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(start), text.indexOf(end)];
    if (from < 0 || to < from)
      throw new Error(`${path} has no block ${name}: it wants the lines ${start.trim()} and ${end}`);
    return `${text.slice(0, from + start.length)}${block()}\n${text.slice(to)}`;
  }, paper);
}
