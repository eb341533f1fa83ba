import assert from 'node:assert/strict';
import { mkdirSync, mkdtempDisposableSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { findArchives } from '../../src/app/replay/find-archives.ts';
import { packArchive } from '../../src/recording/write-archive.ts';
import { sampleRecording } from '../recording/sample-recording.ts';
import { FakeRun, siteOf } from '../support/run-events.ts';

test('a kept recording of an earlier run is not replayed with the newest run’s site and check files', async () => {
  using out = mkdtempDisposableSync(join(tmpdir(), 'gridrun-out-'));
  const { log, bodies } = sampleRecording([{ url: 'https://shop.test/', body: 'hello' }]);
  const entry = { id: 'shop', url: 'https://shop.test/', data: { user: 'earlier' } };
  const archive = await packArchive({ log: { ...log, _gridrun: { ...log._gridrun, entry } }, bodies });
  for (const folder of ['evidence/shop', 'recordings/20261127T020000Z-run-a/shop']) {
    const path = join(out.path, folder, 'recording-1.har.zip');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, archive);
  }
  const site = siteOf('shop', { url: 'https://shop.test/', data: { user: 'newest' } });
  writeFileSync(join(out.path, 'events.ndjson'), new FakeRun([site], ['t']).ended().journal());
  const seen = async (name: string): Promise<unknown> =>
    (await findArchives(out.path, [name])).map(({ site: { data }, checkFiles }) => [data, checkFiles]);
  const earlier = [{ user: 'earlier' }, []];
  const newest = [{ user: 'newest' }, ['checks/a.check.ts']];
  assert.deepEqual(await seen('recordings'), [earlier]);
  assert.deepEqual(await seen('recordings/20261127T020000Z-run-a/shop/recording-1.har.zip'), [earlier]);
  assert.deepEqual(await seen('evidence/shop/recording-1.har.zip'), [newest]);
  assert.deepEqual(await seen('.'), [newest]);
});
