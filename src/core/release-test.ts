import { isClear, testOfHistory, testOfPairs, type HistoryTest, type ListTest } from './attribution/list-test.ts';
import { mcnemar, type McNemar } from './mcnemar.ts';
import { median } from './median.ts';
import type { RunState, SiteState } from './run-state.ts';
import { isFailing, type SiteVerdict } from './verdict.ts';

/** Are pages slower with the build? */
export interface SlowerTest {
  /** The sites that passed in both arms. */
  readonly siteCount: number;
  /** The median over these sites of the time with the build divided by the time without it. */
  readonly ratio: number;
  /** How likely it is that chance alone makes so many of them slower. One-sided. */
  readonly p: number;
}

/** The result of comparing the two arms of a run: what did the build under test do to the list? */
export interface ReleaseTest {
  /** Sites that the build breaks, for sure. */
  readonly broken: readonly string[];
  /** Sites that the build probably breaks. */
  readonly suspect?: readonly string[];
  /** Sites that fail with the control and pass with the build. Only `--control-all` finds them. */
  readonly mended: readonly string[];
  /** Sites that fail in both arms, so the site is to blame. */
  readonly failedInBoth: readonly string[];
  /** Sites on which the control has no answer, or the loads were too few for one. */
  readonly undecided: readonly string[];
  /** Sites that failed now and then, and not because of the build. */
  readonly noisy?: readonly string[];
  /** McNemar's test over the sites on which the arms disagree. It only means something with `--control-all`. */
  readonly test: McNemar;
  /** Did the build make sites fail more often? Absent, as are `suspect`, `noisy` and `noise`, for runs of earlier versions. */
  readonly flakier?: ListTest;
  /** The sites that both arms tried in any case. */
  readonly sampleCount?: number;
  /** Did more sites fail than in their earlier runs? Only if the history knows sites of the list. */
  readonly flakierThanBefore?: HistoryTest;
  /** Only if enough sites passed in both arms. */
  readonly slower?: SlowerTest;
  /** The noise of this list: the share of sites that failed now and then, and not because of the build. */
  readonly noise?: number;
  /** Both arms tried every site, so `mended` is complete. */
  readonly isComplete: boolean;
}

/** Fewer sites say nothing about the speed of all. */
const MIN_FOR_SPEED = 10;

/** Compares the two arms of a run. Undefined if it had no control. */
export function releaseTestOf(state: RunState): ReleaseTest | undefined {
  if ((state.started?.control ?? 'never') === 'never') return undefined;
  const isComplete = state.started?.control === 'always';
  const lists: Lists = { broken: [], suspect: [], fixed: [], failedInBoth: [], undecided: [], noisy: [] };
  const verdicts: SiteVerdict[] = [];
  for (const entry of state.sites()) {
    const list = listOf(entry);
    if (list !== undefined) lists[list].push(entry.site.id);
    verdicts.push(entry.verdict);
  }
  const { broken, suspect, fixed, failedInBoth, undecided, noisy } = lists;
  return {
    broken,
    mended: fixed,
    failedInBoth,
    undecided,
    test: mcnemar(broken.length, fixed.length),
    ...(isOfEarlierVersion(verdicts)
      ? {}
      : { suspect, noisy, ...wholeListOf(verdicts, noisy.length), ...comparedWithBefore(state) }),
    isComplete,
  };
}

/** Has the control tried sites, and no verdict says what it showed? */
function isOfEarlierVersion(verdicts: readonly SiteVerdict[]): boolean {
  const tried = verdicts.filter(({ control }) => control !== undefined);
  return tried.length > 0 && tried.every(({ arms }) => arms === undefined);
}

/** @param noisyCount the sites that failed now and then, and not because of the build */
function wholeListOf(verdicts: readonly SiteVerdict[], noisyCount: number): Partial<ReleaseTest> {
  const slower = slowerOf(verdicts);
  return {
    flakier: testOfPairs(verdicts.flatMap(({ arms }) => arms?.pairs ?? [])),
    sampleCount: verdicts.filter(({ arms }) => arms?.sampled === true).length,
    ...(slower === undefined ? {} : { slower }),
    noise: verdicts.length === 0 ? 0 : noisyCount / verdicts.length,
  };
}

function comparedWithBefore({ historyGroups, plannedCount }: RunState): Pick<ReleaseTest, 'flakierThanBefore'> {
  const siteCount = historyGroups.reduce((sum, group) => sum + group.siteCount, 0);
  // More sites than were planned come from a damaged journal, and the test would count them all.
  const isSound = siteCount <= plannedCount && historyGroups.every((group) => group.failedCount <= group.siteCount);
  return siteCount > 0 && isSound ? { flakierThanBefore: testOfHistory(historyGroups) } : {};
}

type List = 'broken' | 'suspect' | 'fixed' | 'failedInBoth' | 'undecided' | 'noisy';
type Lists = Readonly<Record<List, string[]>>;

function listOf({ verdict }: SiteState): List | undefined {
  switch (verdict.attribution) {
    case 'broken':
      return 'broken';
    case 'suspect':
      return 'suspect';
    case 'undecided':
      return 'undecided';
    case 'not-build':
      return isFailing(verdict.verdict) ? 'failedInBoth' : 'noisy';
    case undefined:
      return ofEarlierVersion(verdict);
  }
}

/** For verdicts without an attribution: of an earlier version, or without an answer of the control. */
function ofEarlierVersion(verdict: SiteVerdict): List | undefined {
  if (isFailing(verdict.verdict)) {
    if (verdict.cause === 'extension') return 'broken';
    return verdict.control !== undefined && verdict.cause === 'site' ? 'failedInBoth' : 'undecided';
  }
  if (verdict.verdict === 'flaky' && verdict.control !== undefined) return 'undecided';
  return verdict.verdict === 'passed' && isFailing(verdict.control ?? 'absent') ? 'fixed' : undefined;
}

function slowerOf(verdicts: readonly SiteVerdict[]): SlowerTest | undefined {
  const ratios = verdicts.flatMap(({ arms }) =>
    arms?.sampled !== true || arms.passMs === undefined || isClear(arms.pairs) || arms.passMs.control <= 0
      ? []
      : arms.passMs.subject / arms.passMs.control,
  );
  if (ratios.length < MIN_FOR_SPEED) return undefined;
  const slower = ratios.filter((ratio) => ratio > 1).length;
  const faster = ratios.filter((ratio) => ratio < 1).length;
  const { p } = mcnemar(slower, faster);
  return { siteCount: ratios.length, ratio: median(ratios), p: slower > faster ? p / 2 : 1 - p / 2 };
}
