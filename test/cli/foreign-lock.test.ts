import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const FILES = { 'sites.json': siteList('a', 'b'), 'x.check.mjs': checkFile('await driver.get(site.url);') };
const RUN = ['x.check.mjs', '--sites', 'sites.json', '-j', '1', '--grid'];
const LOCK = 'gridrun-results/.gridrun.lock';
const FOREIGN = JSON.stringify({ pid: 1, host: 'a-container', birth: '7', token: 't', renewed: true });

test('the lock of a run that was killed in a container: the next container waits no longer than it must', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({ ...FILES, [LOCK]: FOREIGN });
  const early = await place.run([...RUN, stub.url]);
  assert.equal(early.code, 2, early.stdout);
  assert.match(early.stderr, /process 1 on a-container is writing its results to/);
  assert.match(early.stderr, /not been renewed for 5 min/);

  const sixMinutesAgo = new Date(Date.now() - 360_000);
  await utimes(join(place.folder, LOCK), sixMinutesAgo, sixMinutesAgo);
  const late = await place.run([...RUN, stub.url]);
  assert.equal(late.code, 0, late.stdout + late.stderr);
  assert.equal(late.stdout.match(/Took over the results folder .* from process 1 on a-container/g)?.length, 1);
  assert.deepEqual(await place.verdicts(), { a: 'passed', b: 'passed' });
});

test('merge-reports takes over such a lock too', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with(FILES);
  assert.equal((await place.run([...RUN, stub.url])).code, 0);
  await place.write('merged/.gridrun.lock', FOREIGN);
  await utimes(join(place.folder, 'merged/.gridrun.lock'), new Date(1000), new Date(1000));
  const { code, stdout, stderr } = await place.run(['merge-reports', 'gridrun-results', '--out', 'merged']);
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /Took over the results folder/);
});

test('a run whose folder was taken over, as after a long sleep of its machine, stops and writes no report there', async () => {
  const taken = Promise.withResolvers<void>();
  await using stub = await startStub({
    hold: ({ command }) => (command === 'POST url' ? taken.promise : undefined),
  });
  await using place = await Workplace.with({
    ...FILES,
    // No test waits for 15 s.
    'fast.mjs':
      'const real = globalThis.setInterval; globalThis.setInterval = (work, ms, ...rest) => real(work, ms === 15_000 ? 20 : ms, ...rest);',
  });
  const running = place.start([...RUN, stub.url], { nodeArgs: ['--import', join(place.folder, 'fast.mjs')] });
  await running.event((event) => event.type === 'attempt-started');
  await place.write(LOCK, FOREIGN);
  await place.write('gridrun-results/junit.xml', 'of the other run');
  await place.write('gridrun-results/results.json', 'of the other run');
  await running.printed('took over');
  taken.resolve();
  const { code, stdout, stderr } = await running.ended;
  assert.equal(code, 4, stdout + stderr);
  assert.match(stdout, /process 1 on a-container took over the results folder/);
  assert.doesNotMatch(stdout, /^report: /m);
  assert.equal(await place.read('gridrun-results/junit.xml'), 'of the other run');
  assert.equal(await place.read('gridrun-results/results.json'), 'of the other run');
  assert.equal(await place.read(LOCK), FOREIGN);
});
