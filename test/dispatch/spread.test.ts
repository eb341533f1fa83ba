import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pauseMs, sitesBetween } from '../../src/dispatch/spread.ts';
import { FAILED, FakeGrid, FakeRunner, PASSED, dispatchOver, sitesOf } from './fakes.ts';

const shape = fc.record({
  waitingCount: fc.nat(10_000),
  sessions: fc.integer({ min: 0, max: 500 }),
  loadsLeft: fc.nat(40),
});

test('the repeats of a site end with the first loads of the others, or come at once', () => {
  fc.assert(
    fc.property(shape, ({ waitingCount, sessions, loadsLeft }) => {
      let [left, last] = [waitingCount, Number.POSITIVE_INFINITY];
      for (let loads = loadsLeft; loads > 0; loads--) {
        const between = sitesBetween({ waitingCount: left, sessions, loadsLeft: loads });
        assert.ok(Number.isInteger(between) && between >= 0);
        // Evenly spread: no gap is larger than the one before, but for the rest of a division.
        assert.ok(between <= last + 1, `${between} after ${last}`);
        last = between;
        // While the load waits for a session and runs, each session starts two sites.
        left -= between + 2 * sessions;
        assert.ok(between === 0 || left >= 0, `${-left} sites too late`);
        if (left < 0) break;
      }
    }),
  );
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
  assert.equal(places.length, 7);
  assert.equal(all, 406);
  const gaps = places.slice(1).map((place, index) => place - places[index]!);
  // 11 loads at most, so about 400 / 11 sites lie between two.
  assert.ok(
    gaps.every((gap) => gap > 25 && gap < 45),
    gaps.join(', '),
  );
});

test('with few sites left, the loads of a failing site come at once, and before the others', async () => {
  const { places } = await loadsOf(10, 1);
  assert.deepEqual(places, [0, 1, 2, 3, 4, 5, 6]);
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
  assert.equal(places.length, 7);
  assert.ok(places.at(-1)! < 40, places.join(', '));
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
