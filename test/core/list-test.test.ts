import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { testOfHistory, testOfPairs } from '../../src/core/attribution/list-test.ts';
import { ListRates } from '../../src/core/attribution/list-rates.ts';
import { meanRate, RATES, TYPICAL } from '../../src/core/attribution/failure-rates.ts';
import type { Pairs } from '../../src/core/attribution/pairs.ts';

function pairs(subjectOnly: number, controlOnly: number, both = 0): Pairs {
  return { subjectOnly, controlOnly, both, all: 5 };
}

test('pairs of single differences are fair coins', () => {
  assert.equal(testOfPairs([pairs(1, 0), pairs(1, 0), pairs(1, 0)]).p, 1 / 8);
  assert.equal(testOfPairs([pairs(1, 0), pairs(0, 1)]).p, 3 / 4);
  assert.equal(testOfPairs([]).p, 1);
});

test('sites that are broken, fixed or down say nothing about the others', () => {
  assert.deepEqual(testOfPairs([pairs(3, 0), pairs(0, 3), pairs(2, 0, 1), pairs(1, 0)]), {
    subjectOnly: 1,
    controlOnly: 0,
    siteCount: 1,
    p: 1 / 2,
  });
});

test('the test of pairs never says more than chance does: over all ways that the coins may fall, p ≤ a in at most a of them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4), { maxLength: 5 }), fc.constantFrom(0.01, 0.05, 0.1, 0.5), (differing, a) => {
      const coins = differing.reduce((sum, count) => sum + count, 0);
      let told = 0;
      for (let way = 0; way < 2 ** coins; way++) {
        let bit = 0;
        const sites = differing.map((count) => {
          let heads = 0;
          for (let coin = 0; coin < count; coin++) heads += (way >> bit++) & 1;
          return pairs(heads, count - heads);
        });
        if (testOfPairs(sites).p <= a) told++;
      }
      assert.ok(told / 2 ** coins <= a + 1e-9);
    }),
    { numRuns: 50 },
  );
});

test('a site that never failed before and fails now is one of eleven chances', () => {
  const { p } = testOfHistory([{ siteCount: 1, failedCount: 1, earlier: { failed: 0, all: 10 } }]);
  assert.ok(Math.abs(p - 1 / 11) < 1e-12);
  assert.equal(testOfHistory([{ siteCount: 1, failedCount: 0, earlier: { failed: 3, all: 10 } }]).p, 1);
});

test('a failure of a steady site says more than one of a noisy site', () => {
  const p = (failsNow: 'steady' | 'noisy'): number =>
    testOfHistory([
      { siteCount: 1, failedCount: failsNow === 'steady' ? 1 : 0, earlier: { failed: 1, all: 10 } },
      { siteCount: 1, failedCount: failsNow === 'noisy' ? 1 : 0, earlier: { failed: 6, all: 10 } },
    ]).p;
  assert.ok(p('steady') < p('noisy'), `${p('steady')} ${p('noisy')}`);
});

test('a noisy site whose pairs fell to the other side hides no two that fell to the build’s', () => {
  const { p } = testOfPairs([...Array.from({ length: 6 }, () => pairs(2, 0)), pairs(1, 3)]);
  assert.ok(p < 0.001, `${p}`);
});

test('the test by history never says more than chance does, and parts of a list add up to the whole', () => {
  const group = fc.record({ runs: fc.integer({ min: 1, max: 4 }), failures: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(group, { maxLength: 6 }), fc.constantFrom(0.05, 0.1, 0.5), (sites, a) => {
      // Each site has failed in some of its runs, this one too. Each of the runs is equally likely to be this one.
      const known = sites.map(({ runs, failures }) => ({ all: runs + 1, failed: Math.min(failures, runs + 1) }));
      let told = 0;
      for (let way = 0; way < 2 ** known.length; way++) {
        let chance = 1;
        const groups = known.map(({ all, failed }, site) => {
          const isNow = ((way >> site) & 1) === 1;
          chance *= isNow ? failed / all : 1 - failed / all;
          return {
            siteCount: 1,
            failedCount: isNow ? 1 : 0,
            earlier: { failed: failed - (isNow ? 1 : 0), all: all - 1 },
          };
        });
        if (chance === 0) continue;
        const test = testOfHistory(groups);
        assert.deepEqual(test.failedCount, groups.filter(({ failedCount }) => failedCount > 0).length);
        if (test.p <= a) told += chance;
      }
      assert.ok(told <= a + 1e-9, `${told}`);
    }),
    { numRuns: 200 },
  );
  const two = { siteCount: 5, failedCount: 2, earlier: { failed: 1, all: 9 } };
  const [one, other] = [
    { ...two, siteCount: 2, failedCount: 0 },
    { ...two, siteCount: 3 },
  ];
  assert.ok(Math.abs(testOfHistory([two]).p - testOfHistory([one, other]).p) < 1e-12);
});

test('the typical rates add up to 1, and there is one weight for each', () => {
  assert.equal(TYPICAL.length, RATES.length);
  assert.ok(Math.abs(TYPICAL.reduce((sum, weight) => sum + weight, 0) - 1) < 0.01);
});

test('a list that fails often is learned, a list that never fails changes nothing', () => {
  const [noisy, good] = [new ListRates(), new ListRates()];
  for (let site = 0; site < 200; site++) {
    noisy.update(undefined, { failed: site % 4, all: 6 });
    good.update(undefined, { failed: 0, all: 3 });
  }
  assert.ok(meanRate(noisy.prior) > 0.15);
  assert.equal(good.prior, TYPICAL);
});
