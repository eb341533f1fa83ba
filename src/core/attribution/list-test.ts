import type { Loads } from './failure-rates.ts';
import type { Pairs } from './pairs.ts';

/** Did the build make sites of the list fail more often? One-sided. */
export interface ListTest {
  /** How many pairs failed only with the build, and how many only without it. */
  readonly subjectOnly: number;
  readonly controlOnly: number;
  /** How many sites had more of the first than of the second. Absent for runs of earlier versions. */
  readonly siteCount?: number;
  /** How likely it is that chance alone makes the difference this large or larger. */
  readonly p: number;
}

/** The chances of the sums 0, 1, 2, … */
type Distribution = readonly number[];

/** What a site may add to the sum, and how likely that is. */
interface Part {
  readonly value: number;
  readonly chance: number;
}

const CERTAIN: Distribution = [1];
/** A site whose pairs all fell to one side is broken or fixed, and counts there. */
const MIN_FOR_CLEAR = 3;
/** A failure weighs at most as much as so many of a site that always fails. Bounds the time that a long list takes. */
const MAX_WEIGHT = 12;

/**
 * The exact test over the pairs of all sites. If the build does nothing, each pair in which one arm failed falls to either side
 * like a fair coin. Each site has a score for how its coins fell, and the test asks how likely a sum of scores is that is as
 * large. It leaves out sites that failed in both arms of a pair, because their own noise hides what the build
 * does, and sites that are broken or fixed. Both depend only on how many arms failed, or hold for either side alike, so the
 * test stays exact.
 */
export function testOfPairs(sites: Iterable<Pairs>): ListTest {
  let [subjectOnly, controlOnly, siteCount, sum] = [0, 0, 0, 0];
  let chances = CERTAIN;
  for (const pairs of sites) {
    const differing = pairs.subjectOnly + pairs.controlOnly;
    if (pairs.both > 0 || differing === 0 || isClear(pairs)) continue;
    subjectOnly += pairs.subjectOnly;
    controlOnly += pairs.controlOnly;
    if (pairs.subjectOnly > pairs.controlOnly) siteCount++;
    sum += scoreOf(pairs.subjectOnly, differing);
    chances = withPart(chances, coins(differing));
  }
  return { subjectOnly, controlOnly, siteCount, p: tail(chances, sum) };
}

/** On a list where the build makes sites flaky, so many of those that failed are among them. */
const AFFECTED = 0.3;
/** On such a site, a pair in which one arm failed falls to the build's side so often. */
const TO_BUILD = 0.9;
/** Scores are whole numbers, so that their sums are few. */
const SCORE_UNITS = 10;

/**
 * How much it speaks for a build that makes sites flaky if so many of a site's pairs fell to its side: the logarithm of the
 * likelihood ratio, from 0 up. Two sites that fell to the build's side say more than one noisy site that fell to the other.
 */
function scoreOf(subjectOnly: number, differing: number): number {
  const ratio = (count: number): number =>
    1 - AFFECTED + AFFECTED * 2 ** differing * TO_BUILD ** count * (1 - TO_BUILD) ** (differing - count);
  return Math.round(SCORE_UNITS * Math.log(ratio(subjectOnly) / ratio(0)));
}

/** Did all pairs that differ fall to one side? */
export function isClear({ subjectOnly, controlOnly }: Pairs): boolean {
  const differing = subjectOnly + controlOnly;
  return differing >= MIN_FOR_CLEAR && (subjectOnly === 0 || controlOnly === 0);
}

/** Sites with the same history. The groups of two shards add up to those of the whole list. */
export interface HistoryGroup {
  /** In how many earlier runs each of them failed, and in how many it was tried. */
  readonly earlier: Loads;
  readonly siteCount: number;
  /** How many of them failed in this run. */
  readonly failedCount: number;
}

/** Did more sites fail than their earlier runs let expect? One-sided. */
export interface HistoryTest {
  /** The sites that earlier runs know, without those that are down or broken for sure. */
  readonly siteCount: number;
  readonly failedCount: number;
  /** How many failures their earlier runs let expect, if this run is like them. */
  readonly expectedCount: number;
  /** The probability that chance alone makes as many of them fail, or more. Failures of steady sites weigh more. */
  readonly p: number;
}

/**
 * How likely it is that chance alone makes so many sites fail at their first load. If this run is like the earlier ones, the
 * failures of a site are spread over all its runs by chance: with f failures in n runs, the newest is one of them with
 * probability f / n.
 *
 * A failure of a site that hardly ever failed says more about the build than one of a noisy site, so it weighs n / f. The
 * weight depends on the number of failures only, and not on which run they fell to, so the test stays exact.
 */
export function testOfHistory(groups: Iterable<HistoryGroup>): HistoryTest {
  let [siteCount, failedCount, expectedCount, weightOfFailed] = [0, 0, 0, 0];
  let chances = CERTAIN;
  const add = (count: number, failures: number, runs: number): number => {
    if (failures === 0) return 0;
    const share = failures / runs;
    const weight = Math.min(MAX_WEIGHT, Math.round(1 / share));
    expectedCount += count * share;
    const parts = [
      { value: 0, chance: 1 - share },
      { value: weight, chance: share },
    ];
    for (let index = 0; index < count; index++) chances = withPart(chances, parts);
    return weight * count;
  };
  for (const { earlier, ...now } of groups) {
    weightOfFailed += add(now.failedCount, earlier.failed + 1, earlier.all + 1);
    add(now.siteCount - now.failedCount, earlier.failed, earlier.all + 1);
    siteCount += now.siteCount;
    failedCount += now.failedCount;
  }
  return { siteCount, failedCount, expectedCount, p: tail(chances, weightOfFailed) };
}

/** The scores of so many fair coins. From `MIN_FOR_CLEAR` coins on, they are not all alike. */
function coins(count: number): Part[] {
  const ways = Array.from({ length: count + 1 }, (_, heads) => binomial(count, heads));
  if (count >= MIN_FOR_CLEAR) ways[0] = ways[count] = 0;
  const all = ways.reduce((sum, way) => sum + way, 0);
  return ways.map((way, heads) => ({ value: scoreOf(heads, count), chance: way / all }));
}

function binomial(n: number, k: number): number {
  let ways = 1;
  for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1);
  return ways;
}

/** The distribution of a sum with one more summand. */
function withPart(chances: Distribution, parts: readonly Part[]): Distribution {
  const largest = Math.max(...parts.map(({ value }) => value));
  const sums = Array.from({ length: chances.length + largest }, () => 0);
  for (const { value, chance } of parts) {
    if (chance > 0) for (let sum = 0; sum < chances.length; sum++) sums[sum + value]! += chances[sum]! * chance;
  }
  return sums;
}

function tail(chances: Distribution, from: number): number {
  return Math.min(
    1,
    chances.slice(from).reduce((sum, chance) => sum + chance, 0),
  );
}
