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

/** The chances of 0, 1, 2, … */
type Distribution = readonly number[];

const CERTAIN: Distribution = [1];
/** A site whose pairs all fell to one side is broken or fixed, and counts there. */
const MIN_FOR_CLEAR = 3;

/**
 * The exact test over the pairs of all sites. If the build does nothing, each pair in which one arm failed falls to either side
 * like a fair coin. It leaves out sites that failed in both arms of a pair, because their own noise hides what the build
 * does, and sites that are broken or fixed. Both depend only on how many arms failed, or hold for either side alike, so the
 * test stays exact.
 */
export function testOfPairs(sites: Iterable<Pairs>): ListTest {
  let [subjectOnly, controlOnly, siteCount] = [0, 0, 0];
  let chances = CERTAIN;
  for (const pairs of sites) {
    const differing = pairs.subjectOnly + pairs.controlOnly;
    if (pairs.both > 0 || differing === 0 || isClear(pairs)) continue;
    subjectOnly += pairs.subjectOnly;
    controlOnly += pairs.controlOnly;
    if (pairs.subjectOnly > pairs.controlOnly) siteCount++;
    chances = sumOf(chances, coins(differing));
  }
  return { subjectOnly, controlOnly, siteCount, p: tail(chances, subjectOnly) };
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
  /** The probability that chance alone makes this many of them fail, or more. */
  readonly p: number;
}

/**
 * How likely it is that chance alone makes so many sites fail at their first load. If this run is like the earlier ones, the
 * failures of a site are spread over all its runs by chance: with f failures in n runs, the newest is one of them with
 * probability f / n.
 */
export function testOfHistory(groups: Iterable<HistoryGroup>): HistoryTest {
  let [siteCount, failedCount, expectedCount] = [0, 0, 0];
  let chances = CERTAIN;
  const add = (count: number, failures: number, runs: number): void => {
    const share = failures / runs;
    expectedCount += count * share;
    if (failures > 0) for (let index = 0; index < count; index++) chances = sumOf(chances, [1 - share, share]);
  };
  for (const { earlier, ...now } of groups) {
    add(now.failedCount, earlier.failed + 1, earlier.all + 1);
    add(now.siteCount - now.failedCount, earlier.failed, earlier.all + 1);
    siteCount += now.siteCount;
    failedCount += now.failedCount;
  }
  return { siteCount, failedCount, expectedCount, p: tail(chances, failedCount) };
}

/** How many of so many fair coins show heads. From `MIN_FOR_CLEAR` coins on, they are not all alike. */
function coins(count: number): Distribution {
  const ways = Array.from({ length: count + 1 }, (_, heads) => binomial(count, heads));
  if (count >= MIN_FOR_CLEAR) ways[0] = ways[count] = 0;
  const all = ways.reduce((sum, way) => sum + way, 0);
  return ways.map((way) => way / all);
}

function binomial(n: number, k: number): number {
  let ways = 1;
  for (let i = 0; i < k; i++) ways = (ways * (n - i)) / (i + 1);
  return ways;
}

function sumOf(a: Distribution, b: Distribution): Distribution {
  const sum = Array.from({ length: a.length + b.length - 1 }, () => 0);
  for (const [i, chance] of a.entries()) for (const [j, other] of b.entries()) sum[i + j]! += chance * other;
  return sum;
}

function tail(chances: Distribution, from: number): number {
  return Math.min(
    1,
    chances.slice(from).reduce((sum, chance) => sum + chance, 0),
  );
}
