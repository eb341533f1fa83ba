import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import { anchorOf } from '../../scripts/docs/markdown.ts';
import { FLAGS } from '../../src/config/settings.ts';
import { PAPERS, ROOT, paper } from './papers.ts';

/** The text of a page without its code. */
function prose(path: string): string {
  return paper(path).replaceAll(/^```[\s\S]*?^```$/gm, '');
}

function anchors(path: string): Set<string> {
  return new Set([...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading!)));
}

test('every link to a file is to one that is there, and every anchor to a heading', () => {
  let count = 0;
  const broken = PAPERS.flatMap((path) =>
    [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
      if (/^https?:/.test(link!)) return [];
      count++;
      const [file = '', anchor] = link!.split('#');
      const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), file));
      if (!existsSync(join(ROOT, target))) return [`${path}: ${link}: no such file`];
      return anchor === undefined || anchors(target).has(anchor) ? [] : [`${path}: ${link}: no such heading`];
    }),
  );
  assert.ok(count > 100, `${count} links`);
  assert.deepEqual(broken, []);
});

test('every page is reached from docs/README.md, and that one from README.md', () => {
  const linked = [...paper('docs/README.md').matchAll(/\]\(([^)#]+)\)/g)].map(([, file]) => `docs/${file}`);
  assert.deepEqual(
    PAPERS.filter(
      (path) =>
        path.startsWith('docs/') &&
        !path.startsWith('docs/decisions/') &&
        path !== 'docs/README.md' &&
        !linked.includes(path),
    ),
    [],
  );
  assert.match(paper('README.md'), /\]\(docs\/README\.md\)/);
});

/** Flags of other programs that the pages mention. */
const OTHERS = new Set([
  '--init',
  '--parallel',
  '--save-dev',
  '--scale',
  '--yes',
  '--no-sandbox',
  '--session-timeout',
  '--load-extension',
  '--window-size',
  '--no-forbid-only',
]);

test('every flag that a page names is one of ours, or of a program that is known to be named', () => {
  const reference = paper('docs/reference/flags.md');
  const ours = new Set([
    ...FLAGS.map(({ flag }) => `--${flag}`),
    ...[...reference.matchAll(/--[a-z][a-z-]+/g)].map(([flag]) => flag),
  ]);
  // A narrow terminal breaks a flag in two, and docs/terminal.md shows what a terminal shows.
  const others = ['docs/reference/flags.md', 'docs/terminal.md'];
  const unknown = PAPERS.filter((path) => !path.startsWith('docs/decisions/') && !others.includes(path)).flatMap(
    (path) =>
      [...paper(path).matchAll(/(?<![\w<-])--[a-z][a-z-]+/g)]
        .map(([flag]) => flag)
        .filter((flag) => !ours.has(flag) && !OTHERS.has(flag))
        .map((flag) => `${path}: ${flag}`),
  );
  assert.deepEqual(unknown, []);
});
