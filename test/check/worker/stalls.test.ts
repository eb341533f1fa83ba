import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile, MODULE_KINDS } from '../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../suite-bench.ts';

const COMPUTE = 'const until = performance.now() + 3_000; while (performance.now() < until);';

for (const kind of MODULE_KINDS) {
  test(`an endless loop costs its own site alone (${kind})`, async () => {
    let here = 0;
    await using bench = await startBench({
      stallLimitMs: 2_000,
      files: checkFile(
        kind,
        `
        it('before', async () => { await driver.get(site.url); });
        it('loops', async () => {
          console.log('here');
          const awaited = site.id === 'culprit' ? 'loop' : 'released';
          while ((await driver.getTitle()) !== awaited) await new Promise((resolve) => setTimeout(resolve, 20));
          if (site.id === 'culprit') for (;;);
        });
        it('after', () => {});`,
      ),
      checkTimeoutMs: 30_000,
      onText: () => {
        if (++here === 3) bench.release('loop');
      },
    });
    const [culprit, ...others] = await Promise.all(
      ['culprit', 'left', 'right'].map(async (id, slot) => await bench.attempt({ slot, site: siteNamed(id) })),
    );
    assert.equal(culprit!.fault?.code, 'runner.endless-loop');
    assert.equal(culprit!.fault.cause, 'check');
    assert.match(culprit!.fault.message, /suite\.check\.[cm]js:\d+\)/);
    assert.notEqual(culprit!.ending, 'faulted', 'it would be tried again');
    assert.deepEqual(statuses(culprit!), ['before: passed', 'loops: failed', 'after: errored']);
    for (const other of others) {
      assert.equal(other.ending, 'faulted');
      assert.equal(other.fault?.code, 'runner.worker-died');
      assert.deepEqual(statuses(other), ['before: passed']);
    }
    bench.release();
    const again = await bench.attempt({ slot: 1, site: siteNamed('left'), attempt: 2 });
    assert.deepEqual(statuses(again), ['before: passed', 'loops: passed', 'after: passed']);
  });

  test(`a check that computes for 3 s makes no neighbour fail (${kind})`, async () => {
    await using bench = await startBench({
      checkTimeoutMs: 1_500,
      files: checkFile(
        kind,
        `
        it('works', async () => {
          await driver.get(site.url);
          if (site.id === 'culprit') { ${COMPUTE} }
          await new Promise((resolve) => setTimeout(resolve, 300));
          await driver.getTitle();
        });`,
      ),
      stub: { latencyMs: 20 },
    });
    const outcomes = await Promise.all(
      ['culprit', 'left', 'right'].map(
        async (id, slot) => await bench.attempt({ slot, site: siteNamed(id), siteTimeoutMs: 2_500 }),
      ),
    );
    for (const outcome of outcomes.slice(1)) {
      assert.equal(outcome.ending, 'completed');
      assert.deepEqual(statuses(outcome), ['works: passed'], outcome.checks[0]?.fault?.message);
    }
  });
}

test('a worker that stands still without computing, as one that the machine starves, is given more time', async () => {
  await using bench = await startBench({
    stallLimitMs: 500,
    files: checkFile(
      'esm',
      "it('sleeps', () => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_200); });",
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), ['sleeps: passed'], outcome.fault?.message);
});

test('a check that waits too long is over in its time, and its lane is not used again', async () => {
  await using bench = await startBench({
    checkTimeoutMs: 300,
    files: checkFile(
      'esm',
      `
      let uses = 0;
      it('waits', async () => { assert.equal(++uses, 1); if (site.id === 'slow') await new Promise(() => {}); });
      it('has its own limit', async function () { this.timeout(200); if (site.id === 'slow') await new Promise(() => {}); });
      it('computes beyond it', function () { this.timeout(100); if (site.id === 'slow') { const until = Date.now() + 300; while (Date.now() < until); } });`,
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('slow') });
  assert.deepEqual(statuses(outcome), ['waits: failed', 'has its own limit: failed', 'computes beyond it: failed']);
  assert.deepEqual(
    outcome.checks.map((check) => check.fault?.code),
    ['check.timeout', 'check.timeout', 'check.timeout'],
  );
  assert.match(outcome.checks[0]?.fault?.message ?? '', /not done after 300 ms/);
  const next = await bench.attempt({ site: siteNamed('quick') });
  assert.deepEqual(statuses(next), ['waits: passed', 'has its own limit: passed', 'computes beyond it: passed']);
});

test('a site whose time is up is errored in what it left open', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "it('quick', () => {}); it('slow', async () => { await new Promise(() => {}); }); it('never', () => {});",
    ),
  });
  const outcome = await bench.attempt({ site: { ...siteNamed('one'), timeoutMs: 300 } });
  assert.equal(outcome.ending, 'timed-out');
  assert.equal(outcome.fault?.code, 'site.timeout');
  assert.deepEqual(statuses(outcome), ['quick: passed', 'slow: errored', 'never: errored']);
  assert.ok(outcome.sessionDirty);
});

test('a site of which no check had begun when its time was up is not blamed: its session did not answer', async () => {
  await using bench = await startBench({
    files: checkFile('esm', "it('quick', () => {});"),
    stub: { faults: ({ command }) => (command === 'POST timeouts' ? 'hang' : undefined) },
  });
  const outcome = await bench.attempt({ site: { ...siteNamed('one'), timeoutMs: 300 } });
  assert.equal(outcome.ending, 'faulted');
  assert.equal(outcome.fault?.code, 'grid.no-answer');
  assert.match(outcome.fault?.message ?? '', /was not ready within 300 ms/);
});

test('an interrupted attempt ends at once and keeps what is decided', async () => {
  const stop = new AbortController();
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "it('quick', () => {}); it('slow', async () => { console.log('waiting'); await new Promise(() => {}); });",
    ),
    onText: () => stop.abort(),
  });
  const outcome = await bench.attempt({ site: siteNamed('one'), signal: stop.signal });
  assert.equal(outcome.ending, 'interrupted');
  assert.deepEqual(statuses(outcome), ['quick: passed']);
});
