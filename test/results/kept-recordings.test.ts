import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempDisposableSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { keepRecordings, type KeepRecordings } from '../../src/results/kept-recordings.ts';
import { RunFolder } from '../../src/results/run-folder.ts';
import { variedRun } from '../support/run-events.ts';

const RECORDED: KeepRecordings = { isRecorded: true, max: 2 };

/** A finished run with a recording and a page of the site `bad`. */
function leaveRun(out: string, text: string): void {
  writeFileSync(join(out, 'events.ndjson'), variedRun().ended().journal());
  mkdirSync(join(out, 'evidence', 'bad', 'check', '1'), { recursive: true });
  writeFileSync(join(out, 'evidence', 'bad', 'recording-1.har.zip'), text);
  writeFileSync(join(out, 'evidence', 'bad', 'check', '1', 'page.html'), text);
}

async function nextRun(out: string, rule: KeepRecordings): Promise<void> {
  using folder = await RunFolder.open(out);
  await keepRecordings(folder, rule);
  await folder.clear();
}

test('the recordings of the last runs are kept, the oldest are removed, and nothing else is', async () => {
  using place = mkdtempDisposableSync(join(tmpdir(), 'gridrun-out-'));
  const kept = join(place.path, 'recordings');
  for (const name of ['mine', '19500101T000000Z-a', '19500102T000000Z-b'])
    mkdirSync(join(kept, name), { recursive: true });
  leaveRun(place.path, 'new');
  await nextRun(place.path, RECORDED);
  const names = readdirSync(kept).toSorted();
  assert.equal(names.length, 3);
  assert.deepEqual([names[0], names[2]], ['19500102T000000Z-b', 'mine']);
  assert.match(names[1] ?? '', /^\d{8}T\d{6}Z-run-a$/);
  const files = readdirSync(join(kept, names[1] ?? ''), { recursive: true }).map(String);
  assert.deepEqual(files.toSorted(), ['bad', join('bad', 'recording-1.har.zip')]);
});

test('once recordings are kept, those before a run without --record are kept too', async () => {
  using place = mkdtempDisposableSync(join(tmpdir(), 'gridrun-out-'));
  await nextRun(place.path, RECORDED);
  leaveRun(place.path, 'recorded');
  await nextRun(place.path, { isRecorded: false, max: 2 });
  assert.equal(readdirSync(join(place.path, 'recordings')).length, 1);
});

test('a folder that was never recorded gets no recordings, and none are kept with 0', async () => {
  using place = mkdtempDisposableSync(join(tmpdir(), 'gridrun-out-'));
  leaveRun(place.path, 'x');
  await nextRun(place.path, { isRecorded: false, max: 14 });
  assert.equal(existsSync(join(place.path, 'recordings')), false);
  leaveRun(place.path, 'x');
  await nextRun(place.path, { isRecorded: true, max: 0 });
  assert.equal(existsSync(join(place.path, 'recordings')), false);
});
