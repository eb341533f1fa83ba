import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

/** README.md and every page under docs, relative to the repository. */
export const PAPERS: readonly string[] = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path.replaceAll('\\', '/')}`)
    .toSorted(),
];

export function paper(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** A step that the reader of a page takes: write a file or run a command. */
export type Step =
  | { readonly kind: 'file'; readonly path: string; readonly content: string }
  | { readonly kind: 'command'; readonly command: string; readonly shown: readonly string[] };

/**
 * The steps of a page in order, read from its fenced blocks. Each line of a ```sh block is a command. In a ```console block,
 * a command follows `$ `, and its output follows the command. A block with a path after its language is a file.
 */
export function stepsOf(text: string): Step[] {
  return [...text.matchAll(/^```(\S*)(?: +(\S+))?\n([\s\S]*?)^```$/gm)].flatMap(
    ([, language = '', path, body = '']): Step[] => {
      if (path !== undefined) return [{ kind: 'file', path, content: body }];
      if (language === 'sh') return commandsOf(body).map((command) => ({ kind: 'command', command, shown: [] }));
      return language === 'console' ? sessionsOf(body) : [];
    },
  );
}

function commandsOf(body: string): string[] {
  return body
    .replaceAll('\\\n', ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)# .*$/, '').trim())
    .filter(Boolean);
}

function sessionsOf(body: string): Step[] {
  return body
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...shown] = part.trimEnd().split('\n');
      return { kind: 'command', command, shown };
    });
}
