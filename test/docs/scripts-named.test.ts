import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAPERS, ROOT, paper } from './papers.ts';

test('every script that the papers name is in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const papers = PAPERS.map(paper).join('\n') + readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const named = [...papers.matchAll(/`npm run ([\w:-]+)/g)].map(([, name]) => name!);
  assert.deepEqual(
    named.filter((name) => !(name in scripts)),
    [],
  );
});
