import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { linkEvidence } from '../../src/results/merge-evidence.ts';

const folder = mkdtempSync(join(tmpdir(), 'gridrun-evidence-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('links in an artifact, and an evidence folder that is one, are not followed', async () => {
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(folder, 'outside', 'secret'), 's');
  mkdirSync(join(folder, 'shard', 'a'), { recursive: true });
  writeFileSync(join(folder, 'shard', 'a', 'page.html'), 'p');
  symlinkSync(join(folder, 'outside', 'secret'), join(folder, 'shard', 'a', 'secret'));
  symlinkSync(join(folder, 'outside'), join(folder, 'shard', 'b'));
  await linkEvidence(join(folder, 'shard'), join(folder, 'merged'));
  assert.deepEqual(
    new Set(readdirSync(join(folder, 'merged'), { recursive: true, encoding: 'utf8' })),
    new Set(['a', join('a', 'page.html')]),
  );

  symlinkSync(join(folder, 'outside'), join(folder, 'evidence'));
  await linkEvidence(join(folder, 'evidence'), join(folder, 'other'));
  assert.equal(existsSync(join(folder, 'other')), false);
});
