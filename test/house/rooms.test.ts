import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

const MAX_LINES = 40;
const ROOMS = ['check', 'dispatch', 'grid', 'recording', 'replay', 'results'];

test(`the README of each room has at most ${MAX_LINES} lines`, async () => {
  for (const room of ROOMS) {
    const text = await readFile(new URL(`../../src/${room}/README.md`, import.meta.url), 'utf8');
    const { length } = text.trimEnd().split('\n');
    assert.ok(length <= MAX_LINES, `src/${room}/README.md has ${length} lines`);
  }
});
