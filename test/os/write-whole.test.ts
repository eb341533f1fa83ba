import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { draftOf, writeWhole } from '../../src/os/write-whole.ts';

const folder = mkdtempSync(join(tmpdir(), 'gridrun-whole-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a file is written in pieces, with its folder, and leaves no draft', async () => {
  const path = join(folder, 'deep/er/report.xml');
  await writeWhole(path, ['one, ', 'two']);
  assert.equal(readFileSync(path, 'utf8'), 'one, two');
  await writeWhole(path, 'three');
  assert.equal(readFileSync(path, 'utf8'), 'three');
  assert.ok(!existsSync(draftOf(path)));
});

test('a write that fails leaves the file as it was', async () => {
  const path = join(folder, 'kept.json');
  await writeWhole(path, 'old');
  const pieces = function* (): Generator<string> {
    yield 'half';
    throw new Error('no more');
  };
  await assert.rejects(writeWhole(path, pieces()), /no more/);
  assert.equal(readFileSync(path, 'utf8'), 'old');
});
