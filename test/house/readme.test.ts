import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { README_BLOCKS, withBlocks } from '../../scripts/readme-blocks.ts';
import { CONFIG_ONLY, SETTINGS } from '../../src/config/settings.ts';

const ROOT = join(import.meta.dirname, '../..');
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the README says what the code says; `npm run readme` makes it so', () => {
  assert.equal(readme, withBlocks(readme));
});

test('a flag that changes, or is forgotten, is noticed', () => {
  const flag = /^\| `--retries .*\n/m;
  assert.match(readme, flag);
  assert.equal(withBlocks(readme.replace(flag, '')), readme);
  assert.throws(() => withBlocks(readme.replace('<!-- /flags -->', '')), /no block flags/);
});

test('every setting is in its block', () => {
  const block = README_BLOCKS['flags']!();
  for (const { flag } of SETTINGS) assert.match(block, new RegExp(`^\\| \`(-\\w, )?--${flag}[ \`]`, 'm'));
  for (const key of Object.keys(CONFIG_ONLY)) assert.ok(block.includes(`| \`${key}\` |`), key);
});

test('every file and folder that it links to is there', () => {
  const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path!);
  assert.ok(links.length > 0);
  for (const path of links) assert.ok(existsSync(join(ROOT, path)), path);
});

test('every script that the papers name is in package.json', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const papers = readme + readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
  const named = [...papers.matchAll(/`npm run ([\w-]+)/g)].map(([, name]) => name!);
  assert.deepEqual(named.filter((name) => !(name in scripts)), []);
});
