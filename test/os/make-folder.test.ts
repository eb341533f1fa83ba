import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../src/os/make-folder.ts';

test('folders that are made at the same time, also one inside the other, are all there', async () => {
  const top = await mkdtemp(join(tmpdir(), 'gridrun-folder-'));
  try {
    for (let round = 0; round < 50; round++) {
      const paths = Array.from({ length: 16 }, (_, index) =>
        join(top, `${round}`, ...['a', 'b', 'c', `${index}`].slice(index % 4)),
      );
      await Promise.all(paths.map(makeFolder));
      assert.equal((await readdir(join(top, `${round}`))).length > 0, true);
    }
  } finally {
    await rm(top, { recursive: true });
  }
});

test('if a folder cannot be made the system’s error is thrown, and nothing hangs', async () => {
  const top = await mkdtemp(join(tmpdir(), 'gridrun-folder-'));
  try {
    await writeFile(join(top, 'file'), '');
    await assert.rejects(makeFolder(join(top, 'file')), { code: 'EEXIST' });
    await assert.rejects(makeFolder(join(top, 'file', 'under')), { code: 'ENOTDIR' });
    if (process.platform === 'linux') await assert.rejects(makeFolder('/proc/gridrun/under'), { code: 'ENOENT' });
  } finally {
    await rm(top, { recursive: true });
  }
});
