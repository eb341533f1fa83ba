import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ArmsOfSite, SiteVerdict } from '../../src/core/verdict.ts';
import { calibrate } from '../../src/core/calibration/calibrate.ts';
import type { Loads } from '../../src/core/attribution/failure-rates.ts';
import { calibrationText } from '../../src/report/look-back/calibration-text.ts';
import { foldEvents } from '../../src/results/fold.ts';
import { FakeRun, siteOf } from '../support/run-events.ts';

function verdict(siteId: string, subject: Loads, control: Loads, more: Partial<SiteVerdict> = {}): SiteVerdict {
  const pairs = {
    subjectOnly: subject.failed > 0 && control.failed === 0 ? 1 : 0,
    controlOnly: 0,
    both: subject.failed > 0 && control.failed > 0 ? 1 : 0,
    all: 1,
  };
  const arms: ArmsOfSite = { check: 't', subject, control, pairs, sampled: true };
  return { siteId, verdict: 'passed', checks: [], attempts: 2, durationMs: 1, arms, ...more };
}

const once = { failed: 0, all: 1 };

test('a calibration groups the sites by their noise, and names those worth quarantining', async () => {
  const steady = Array.from({ length: 96 }, (_, index) => verdict(`s${index}`, once, once));
  const verdicts = [
    ...steady,
    verdict('dead', { failed: 3, all: 3 }, { failed: 2, all: 2 }, { attribution: 'not-build' }),
    verdict('coin', { failed: 3, all: 6 }, { failed: 3, all: 6 }, { attribution: 'undecided' }),
    verdict('rare', { failed: 1, all: 6 }, { failed: 0, all: 5 }, { attribution: 'not-build' }),
    verdict('unlucky', { failed: 5, all: 6 }, { failed: 1, all: 6 }, { attribution: 'suspect', probability: 0.7 }),
  ];
  const sites = verdicts.map(({ siteId }) => siteOf(siteId, siteId === 'coin' ? { tags: ['shop'] } : {}));
  const run = new FakeRun(sites, ['t'], { control: 'always' });
  for (const one of verdicts) run.add({ type: 'site-judged', verdict: one });
  const calibration = calibrate(await foldEvents(run.ended().events));
  assert.deepEqual(
    calibration.groups.map(({ name, siteCount, loads }) => [name, siteCount, loads.failed]),
    [
      ['never', 96, 0],
      ['now and then', 1, 1],
      ['often', 2, 12],
      ['each time', 1, 5],
    ],
  );
  assert.deepEqual(calibration.tags, [{ name: 'shop', siteCount: 1, loads: { failed: 6, all: 12 } }]);
  assert.deepEqual(calibration.blamed, { broken: [], suspect: ['unlucky'] });
  assert.deepEqual(
    calibration.quarantine.map(({ siteId }) => siteId),
    ['coin', 'unlucky'],
  );
  assert.deepEqual(calibration.neverPassed, ['dead']);
  assert.equal(calibration.noise, 5 / 198);
  const of = (budget: number): (typeof calibration.budgets)[number] =>
    calibration.budgets.find((trial) => trial.budget === budget)!;
  assert.ok(of(12).foundBroken > 0.93, `${of(12).foundBroken}`);
  assert.ok(of(12).wronglyBlamed < 0.02, `${of(12).wronglyBlamed}`);
  assert.ok(of(12).foundNowAndThen < of(12).foundBroken);
  assert.ok(of(12).moreLoads > 0 && of(12).moreLoads < 0.5, `${of(12).moreLoads}`);
  assert.ok(calibration.neededBudget !== undefined && calibration.neededBudget <= 16);
  assert.match(calibrationText(calibration), /worth quarantining: 2 sites: coin \(6 of 12\)/);
  assert.deepEqual(calibrate(await foldEvents(run.events)), calibration, 'the same list gives the same answer');
});

test('a calibration of nothing says nothing', async () => {
  const calibration = calibrate(await foldEvents(new FakeRun([], ['t'], { control: 'always' }).ended().events));
  assert.deepEqual([calibration.noise, calibration.budgets, calibration.neededBudget], [0, [], undefined]);
  assert.match(calibrationText(calibration), /0 sites, 0 loads/);
});
