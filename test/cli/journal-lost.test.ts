import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const FILES = { 'sites.json': siteList('a', 'b'), 'x.check.mjs': checkFile('await driver.get(site.url);') };
const RUN = ['x.check.mjs', '--sites', 'sites.json', '-j', '1', '--grid'];
const WINDOWS = process.platform === 'win32' ? 'Windows keeps an open file' : false;

for (const removed of ['gridrun-results/events.ndjson', 'gridrun-results']) {
  test(`${removed} is removed during the run: it stops with exit 4`, { skip: WINDOWS }, async () => {
    const gone = Promise.withResolvers<void>();
    await using stub = await startStub({
      hold: ({ command }) => (command === 'POST url' ? gone.promise : undefined),
    });
    await using place = await Workplace.with(FILES);
    const running = place.start([...RUN, stub.url]);
    await running.event((event) => event.type === 'attempt-started');
    await rm(join(place.folder, removed), { recursive: true });
    gone.resolve();
    const { code, stdout, stderr } = await running.ended;
    assert.equal(code, 4, stdout + stderr);
    assert.match(stdout, /the journal .*events\.ndjson was removed during the run/);
  });
}

test('a journal that is damaged at its start blocks no run: a notice says where it is', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({ ...FILES, 'gridrun-results/events.ndjson': 'garbage\n' });
  const { code, stdout, stderr } = await place.run([...RUN, stub.url]);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /Moved a run whose journal is damaged to .*unfinished.unknown/);
});

test('a journal that is damaged in the middle is resumed up to there, with a notice', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  assert.equal((await place.run([...RUN, stub.url])).code, 0);
  const lines = (await place.read('gridrun-results/events.ndjson')).split('\n');
  const at = lines.findIndex((line) => line.includes('"site-judged"')) + 1;
  const rest = lines.slice(at).filter((line) => !line.includes('"run-ended"'));
  const torn = [...lines.slice(0, at), '{"type":"site-ju', ...rest].join('\n');
  await place.write('gridrun-results/events.ndjson', torn);
  const { code, stdout, stderr } = await place.run([...RUN, stub.url, '--resume']);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, new RegExp(`line ${at + 1} of the journal .*; 1 sites before it keep their verdicts`));
  const tried = (await place.journal()).flatMap((event) => (event.type === 'attempt-started' ? event.siteId : []));
  assert.deepEqual(tried, ['b']);
});
