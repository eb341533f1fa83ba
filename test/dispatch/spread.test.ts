import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pauseMs, sitesBetween } from '../../src/dispatch/spread.ts';
import { FAILED, FakeGrid, FakeRunner, PASSED, dispatchOver, sitesOf } from './fakes.ts';

const shape = fc
  .record({
    waitingCount: fc.nat(10_000),
    sessions: fc.integer({ min: 1, max: 500 }),
    maxLoads: fc.nat(40),
    weight: fc.double({ min: 0.1, max: 40, noNaN: true }),
    failRate: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .chain((one) => fc.nat(one.maxLoads).map((likelyLoads) => ({ ...one, likelyLoads })));

test('the repeats of a site are spread over what is left of the run, and end with it, or come at once', () => {
  fc.assert(
    fc.property(shape, ({ waitingCount, sessions, likelyLoads, maxLoads, weight, failRate }) => {
      // What all sessions do after the last site has started, if one of the last sites fails.
      const end = 8 * sessions * Math.min(1, failRate * sessions);
      let left = waitingCount;
      for (let load = 0; load < maxLoads; load++) {
        const needs = { likelyLoads: Math.max(1, likelyLoads - load), maxLoads: maxLoads - load };
        const between = sitesBetween({ waitingCount: Math.max(0, left), sessions, weight, failRate, ...needs });
        assert.ok(Number.isInteger(between) && between >= 0);
        if (between === 0) break;
        // Even if it needs all its loads, one after another, they end with the run.
        assert.ok(between + needs.maxLoads * weight * sessions <= left + end + 1, `${between} of ${left}`);
        assert.ok(between <= (left + end) / needs.likelyLoads, 'no more than its share of the run');
        // While the load waits for a session and runs, the other sessions start sites too.
        left -= between + (1 + weight) * sessions;
        if (left < 0) break;
      }
    }),
  );
});

test('a slow site, and one of a run in which few sites fail, is tried again sooner', () => {
  const run = { waitingCount: 5_000, sessions: 100, likelyLoads: 6, maxLoads: 11, weight: 1, failRate: 0.03 };
  assert.equal(sitesBetween(run), 766);
  assert.equal(sitesBetween({ ...run, weight: 5 }), 300);
  assert.equal(sitesBetween({ ...run, weight: 40 }), 0);
  assert.equal(sitesBetween({ ...run, failRate: 0 }), 633);
});

test('all pauses of a site together are at most --control-wait', () => {
  fc.assert(
    fc.property(fc.nat(3_600_000), fc.integer({ min: 3, max: 60 }), (waitMs, budget) => {
      assert.ok(pauseMs(waitMs, budget) * (budget - 1) <= waitMs);
    }),
  );
  assert.equal(pauseMs(300_000, 12), 27_272);
});

/** The site that fails with the build, and when its loads come. */
async function loadsOf(siteCount: number, capacity: number): Promise<{ places: number[]; all: number }> {
  const runner = new FakeRunner(({ site, arm }) => (site.id === 's0' && arm === 'subject' ? FAILED : PASSED));
  const { dispatcher, verdicts } = dispatchOver(
    sitesOf(siteCount),
    { grid: new FakeGrid(capacity), runner },
    { control: 'on-failure', sitesPerSession: 1000 },
  );
  await dispatcher.run();
  assert.equal(verdicts().size, siteCount);
  const places = runner.orders.flatMap(({ site }, index) => (site.id === 's0' ? index : []));
  return { places, all: runner.orders.length };
}

test('the loads of a failing site are spread over the rest of the run', async () => {
  const { places, all } = await loadsOf(400, 2);
  assert.equal(places.length, 9);
  assert.equal(all, 408);
  const gaps = places.slice(1).map((place, index) => place - places[index]!);
  // It probably needs 8 more loads, so about 400 / 8 sites lie between two.
  assert.ok(
    gaps.every((gap) => gap > 37 && gap < 60),
    gaps.join(', '),
  );
});

test('with few sites left, the loads of a failing site come at once, and before the others', async () => {
  const { places } = await loadsOf(5, 1);
  assert.deepEqual(places, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

test('a site that was spread too far is tried as soon as no other site may start', async () => {
  const runner = new FakeRunner(({ site, arm }) => (site.id === 's0' && arm === 'subject' ? FAILED : PASSED));
  // All other sites are of one host, of which one may run at once, so a second session has nothing else to do.
  const sites = sitesOf(100, (index) => (index === 0 ? 'https://alone.example/' : 'https://crowd.example/'));
  const { dispatcher } = dispatchOver(
    sites,
    { grid: new FakeGrid(2), runner, perHost: 1 },
    { control: 'on-failure', sitesPerSession: 1000 },
  );
  await dispatcher.run();
  const places = runner.orders.flatMap(({ site }, index) => (site.id === 's0' ? index : []));
  assert.equal(places.length, 9);
  assert.ok(places.at(-1)! < 50, places.join(', '));
});

test('--control-wait keeps the loads of a site apart, and nothing is left of it when the run stops', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const runner = new FakeRunner(({ site, arm }) => (site.id === 's0' && arm === 'subject' ? FAILED : PASSED));
  const { dispatcher, verdicts } = dispatchOver(
    sitesOf(3),
    { grid: new FakeGrid(2), runner },
    { control: 'on-failure', controlWaitMs: 1_100 },
  );
  const ended = dispatcher.run();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  };
  const loads = (): number => runner.orders.filter(({ site }) => site.id === 's0').length;
  await settle();
  for (let load = 1; load <= 3; load++) {
    assert.equal(loads(), load);
    context.mock.timers.tick(99);
    await settle();
    assert.equal(loads(), load);
    context.mock.timers.tick(1);
    await settle();
  }
  dispatcher.stop('drain', 'interrupted', 'stopped');
  await ended;
  assert.equal(verdicts().size, 3);
});
