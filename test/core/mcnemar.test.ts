import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { mcnemar } from '../../src/core/mcnemar.ts';

const near = (actual: number, expected: number, relative: number): void =>
  assert.ok(Math.abs(actual - expected) <= relative * expected, `${actual} is not ${expected}`);

test('published: two media for tubercle bacilli, 12 and 2 discordant, P = 0.0129', () => {
  // Armitage & Berry, Statistical Methods in Medical Research (1994), p. 127, as worked in the manual of StatsDirect:
  // https://www.statsdirect.com/help/chi_square_tests/mat.htm
  assert.equal(mcnemar(12, 2).p.toFixed(4), '0.0129');
});

test('published: complete response before and after consolidation therapy, 6 and 16 discordant, P = 0.052479', () => {
  // Cavo et al. (2012) in Fagerland, Lydersen & Laake, Statistical Analysis of Contingency Tables (2017), chapter 8, and
  // in the tests of its R package: https://github.com/ocbe-uio/contingencytables (McNemar_exact_cond_test_paired_2x2).
  assert.equal(mcnemar(6, 16).p.toFixed(6), '0.052479');
});

test('published: Cochran pairs of a survey, 1 and 4, 8 and 2, 10 and 1', () => {
  // As statsmodels.stats.contingency_tables.mcnemar(exact=True) gives them.
  near(mcnemar(1, 4).p, 0.375, 1e-13);
  near(mcnemar(8, 2).p, 0.109375, 1e-13);
  near(mcnemar(10, 1).p, 0.01171875, 1e-13);
});

test('nothing discordant, or as much on either side, is chance', () => {
  assert.equal(mcnemar(0, 0).p, 1);
  assert.equal(mcnemar(40, 40).p, 1);
});

/** With whole numbers, which neither overflow nor round. */
function exactly(broken: number, fixed: number): number {
  const n = broken + fixed;
  let [sum, choose] = [0n, 1n];
  for (let i = 0; i <= Math.min(broken, fixed); i++) {
    sum += choose;
    choose = (choose * BigInt(n - i)) / BigInt(i + 1);
  }
  const scale = 10n ** 400n;
  const digits = ((2n * sum * scale) / 2n ** BigInt(n)).toString();
  const p = Number(`${digits.slice(0, 20)}e${digits.length - Math.min(20, digits.length) - 400}`);
  return Math.min(1, p);
}

test('equal to the sum in whole numbers', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), (broken, fixed) =>
      near(mcnemar(broken, fixed).p, exactly(broken, fixed), 1e-11),
    ),
    { numRuns: 200 },
  );
});

test('large counts neither overflow nor lose what they say', () => {
  // The normal distribution's answer, which is good to its continuity error at this size: two-sided P(|Z| > 3) = 0.0027.
  const n = 1_000_000_000;
  const shift = Math.round((3 * Math.sqrt(n)) / 2);
  near(mcnemar(n / 2 - shift, n / 2 + shift).p, 0.0026998, 1e-3);
  assert.equal(mcnemar(0, 5000).p, 0);
  assert.ok(mcnemar(0, 1000).p > 0);
  near(mcnemar(499_999_999, 500_000_001).p, 1, 1e-4);
});

test('it is a probability, the same from either side, and smaller the further the sides are apart', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(100_000), (broken, fixed) => {
      const { p } = mcnemar(broken, fixed);
      assert.ok(p >= 0 && p <= 1);
      assert.equal(mcnemar(fixed, broken).p, p);
      if (broken < fixed) assert.ok(mcnemar(broken, fixed + 1).p <= p);
    }),
    { numRuns: 200 },
  );
});

test('what is no count is refused', () => {
  for (const wrong of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
    assert.throws(() => mcnemar(wrong, 1), RangeError);
});
