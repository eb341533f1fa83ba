import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkFile } from '../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../suite-bench.ts';

const UNTIL_RELEASED =
  "it('waits', async () => { console.log(process.pid); while ((await driver.getTitle()) !== 'released') await new Promise((resolve) => setTimeout(resolve, 20)); });";

test('kill -9 of a worker faults its attempts and nothing else', async () => {
  const here = Promise.withResolvers<void>();
  let waiting = 0;
  const pidOf = (siteId: string): number => Number(bench.output.find((line) => line.siteId === siteId)?.text);
  await using bench = await startBench({
    workerCount: 2,
    files: checkFile('esm', `it('first', () => {}); ${UNTIL_RELEASED}`),
    onText: () => {
      if (++waiting === 4) here.resolve();
    },
    checkTimeoutMs: 30_000,
  });
  await bench.pool.load();
  const running = [0, 1, 2, 3].map(async (slot) => await bench.attempt({ slot, site: siteNamed(`site${slot}`) }));
  await here.promise;
  assert.equal(new Set(bench.output.map(({ text }) => text)).size, 2);
  process.kill(pidOf('site0'), 'SIGKILL');
  const killed = await Promise.all([running[0]!, running[2]!]);
  for (const outcome of killed) {
    assert.equal(outcome.ending, 'faulted');
    assert.equal(outcome.fault?.code, 'runner.worker-died');
    assert.deepEqual(statuses(outcome), ['first: passed']);
  }
  bench.release();
  for (const outcome of await Promise.all([running[1]!, running[3]!]))
    assert.deepEqual(statuses(outcome), ['first: passed', 'waits: passed']);
  assert.deepEqual(statuses(await bench.attempt({ slot: 0, site: siteNamed('site0'), attempt: 2 })), [
    'first: passed',
    'waits: passed',
  ]);
  await bench.pool[Symbol.asyncDispose]();
  // Nothing of global fixtures, of which there are none.
  assert.deepEqual(bench.notices, []);
});

test('a warm worker loads the suite before it has an attempt, and there are no more than the sites need', async () => {
  const loads = "import { appendFileSync } from 'node:fs'; appendFileSync('loads', 'x'); it('works', () => {});";
  await using bench = await startBench({ lanesPerWorker: 1, sessions: 9, files: checkFile('esm', loads) });
  const countLoads = async (): Promise<number> => (await readFile(join(bench.dir, 'loads'), 'utf8')).length;
  await bench.pool.load();
  bench.pool.warm(1);
  assert.deepEqual(statuses(await bench.attempt({ site: siteNamed('one') })), ['works: passed']);
  assert.equal(await countLoads(), 1);
  bench.pool.warm(9);
  while ((await countLoads()) < availableParallelism());
});

test('with one lane a worker each slot has a process of its own', async () => {
  await using bench = await startBench({
    lanesPerWorker: 1,
    files: checkFile('esm', "it('says who', () => { console.log(process.pid); });"),
  });
  await Promise.all([0, 1, 2].map(async (slot) => await bench.attempt({ slot, site: siteNamed(`site${slot}`) })));
  assert.equal(new Set(bench.output.map(({ text }) => text)).size, 3);
});

test('a worker takes no notice of Ctrl-C, and ends with its pool', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "it('interrupts', () => { console.log(process.pid); process.kill(process.pid, 'SIGINT'); });",
    ),
  });
  assert.deepEqual(statuses(await bench.attempt({ site: siteNamed('one') })), ['interrupts: passed']);
  const pid = Number(bench.output[0]?.text);
  assert.ok(pid > 0);
  await bench.pool[Symbol.asyncDispose]();
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test("sites of a worker that stood still in nobody's code are tried again one to a worker", async () => {
  await using bench = await startBench({
    stallLimitMs: 1_000,
    checkTimeoutMs: 30_000,
    files: checkFile(
      'esm',
      `
      import { execFileSync } from 'node:child_process';
      it('first', () => {});
      it('stands', async () => {
        await driver.getTitle();
        if (site.id === 'culprit') execFileSync(process.execPath, ['-e', 'setInterval(() => { if (process.ppid !== ' + process.pid + ') process.exit(); }, 50)']);
        while ((await driver.getTitle()) !== 'released') await new Promise((resolve) => setTimeout(resolve, 20));
      });`,
    ),
  });
  const both = async (attempt: number): Promise<string[]> =>
    (
      await Promise.all(
        ['culprit', 'other'].map(async (id, slot) => await bench.attempt({ slot, site: siteNamed(id), attempt })),
      )
    ).map((outcome) => outcome.fault?.code ?? outcome.ending);
  assert.deepEqual(await both(1), ['runner.worker-died', 'runner.worker-died']);
  bench.release();
  assert.deepEqual(await both(2), ['runner.endless-loop', 'completed']);
});
