import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
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

test('a journal that has a run twice is used up to its second start, and that is said', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  assert.equal((await place.run([...RUN, stub.url])).code, 0);
  const whole = await place.read('gridrun-results/events.ndjson');
  await place.write('twice/events.ndjson', whole + whole);
  const second = `line ${whole.split('\n').length} of the journal .* is the start of another run`;
  const merged = await place.run(['merge-reports', 'twice', '--out', 'merged']);
  assert.equal(merged.code, 3, merged.stdout + merged.stderr);
  assert.match(
    merged.stdout,
    new RegExp(`${second}: the file has two runs, or one run twice; no report has what follows`),
  );
  assert.match(await place.read('merged/junit.xml'), /tests="2" failures="0"/);

  const cut = `${whole.split('\n').slice(0, -2).join('\n')}\n`;
  await place.write('gridrun-results/events.ndjson', cut + cut);
  const resumed = await place.run([...RUN, stub.url, '--resume']);
  assert.equal(resumed.code, 0, resumed.stdout + resumed.stderr);
  assert.match(resumed.stdout, /is the start of another run.*; 2 sites before it keep their verdicts/);
});

test('a run that was killed before it wrote its reports is resumed, and runs no site again', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({
    ...FILES,
    'x.check.mjs': checkFile("await driver.get(site.url); if (site.id === 'b') throw new Error('no');"),
  });
  assert.equal((await place.run([...RUN, stub.url])).code, 1);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  // What is there after kill -9.
  await rm(join(place.folder, 'gridrun-results/junit.xml'));
  await place.write('gridrun-results/.gridrun.lock', JSON.stringify({ pid, host: hostname(), token: 'dead' }));
  const { code, stdout, stderr } = await place.run([...RUN, stub.url, '--resume']);
  assert.equal(code, 1, stdout + stderr);
  assert.match(await place.read('gridrun-results/junit.xml'), /tests="2" failures="1"/);
  const tried = (await place.journal()).filter(({ type }) => type === 'attempt-started');
  assert.deepEqual(tried, []);
});
