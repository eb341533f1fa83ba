import type { ChromeKind } from './chrome.ts';
import type { Build } from './builds.ts';
import type { Cause } from './fault.ts';
import type { RunOutcome } from './outcome.ts';
import { isFailing, NO_COUNTS, type Verdict } from './verdict.ts';

/** The verdict of a site or a check in a run; `absent` if the run did not plan it. */
export type Standing = Verdict | 'absent';

/** How a site or a check changed from one run to a later one. */
export type Change =
  | 'new-failure'
  | 'failing-again'
  | 'still-failing'
  | 'fixed'
  | 'not-tried-again'
  | 'newly-flaky'
  | 'still-flaky'
  | 'steady-again'
  | 'still-passing'
  | 'back'
  | 'left-out'
  | 'still-left-out'
  | 'added'
  | 'removed'
  | 'in-neither';

/** The headings of the changes. */
export const CHANGE_TEXTS: Readonly<Record<Change, string>> = {
  'new-failure': 'new failures',
  'failing-again': 'failing again: not in the last run, but in an earlier run of the baseline',
  'still-failing': 'still not passing',
  fixed: 'fixed',
  'not-tried-again': 'failed before, not tried again',
  'newly-flaky': 'newly flaky',
  'still-flaky': 'still flaky',
  'steady-again': 'not flaky any more',
  'still-passing': 'still passing',
  back: 'run again',
  'left-out': 'not run any more',
  'still-left-out': 'run in neither',
  added: 'added',
  removed: 'removed',
  'in-neither': 'in neither',
};

/** The change for each pair of standings: the outer key is before, the inner key after. */
const CHANGES: Readonly<Record<Standing, Readonly<Record<Standing, Change>>>> = {
  passed: {
    passed: 'still-passing',
    flaky: 'newly-flaky',
    failed: 'new-failure',
    errored: 'new-failure',
    skipped: 'left-out',
    'not-run': 'left-out',
    absent: 'removed',
  },
  flaky: {
    passed: 'steady-again',
    flaky: 'still-flaky',
    failed: 'new-failure',
    errored: 'new-failure',
    skipped: 'left-out',
    'not-run': 'left-out',
    absent: 'removed',
  },
  // From failed to flaky is not fixed: it passed, but cannot be relied on.
  failed: {
    passed: 'fixed',
    flaky: 'newly-flaky',
    failed: 'still-failing',
    errored: 'still-failing',
    skipped: 'not-tried-again',
    'not-run': 'not-tried-again',
    absent: 'removed',
  },
  // The site could not be tried, so nobody knows if its checks failed.
  errored: {
    passed: 'fixed',
    flaky: 'newly-flaky',
    failed: 'new-failure',
    errored: 'still-failing',
    skipped: 'not-tried-again',
    'not-run': 'not-tried-again',
    absent: 'removed',
  },
  skipped: {
    passed: 'back',
    flaky: 'newly-flaky',
    failed: 'new-failure',
    errored: 'new-failure',
    skipped: 'still-left-out',
    'not-run': 'still-left-out',
    absent: 'removed',
  },
  'not-run': {
    passed: 'back',
    flaky: 'newly-flaky',
    failed: 'new-failure',
    errored: 'new-failure',
    skipped: 'still-left-out',
    'not-run': 'still-left-out',
    absent: 'removed',
  },
  absent: {
    passed: 'added',
    flaky: 'newly-flaky',
    failed: 'new-failure',
    errored: 'new-failure',
    skipped: 'added',
    'not-run': 'added',
    absent: 'in-neither',
  },
};

/** The changes that leave open if a failure is still there. */
const UNANSWERED: ReadonlySet<Change> = new Set<Change>(['not-tried-again', 'left-out', 'removed']);

/**
 * The change of a site that passes now, or is flaky. It is neither fixed nor steady if a check that failed or was flaky was not
 * tried again, for example because the later run has no extension.
 */
export function changeOfPassing(named: Change, checks: readonly CheckChange[]): Change {
  const isOpen = ({ before, change }: CheckChange): boolean =>
    UNANSWERED.has(change) && (isFailing(before) || (before === 'flaky' && named !== 'newly-flaky'));
  const isAnswer = named === 'fixed' || named === 'steady-again' || named === 'newly-flaky';
  return isAnswer && checks.some(isOpen) ? 'not-tried-again' : named;
}

/** The change from one standing to another. */
export function changeOf(before: Standing, after: Standing): Change {
  return CHANGES[before][after];
}

/** What an earlier run knew about a site. If the grid or gridrun failed, it knew as little as if the site had not run. */
export function knownStanding(verdict: Verdict, cause: Cause | undefined): Standing {
  return verdict === 'errored' && (cause === 'grid' || cause === 'runner') ? 'not-run' : verdict;
}

/** A check of a site, before and after. */
export interface CheckChange {
  readonly title: string;
  readonly before: Standing;
  readonly after: Standing;
  readonly change: Change;
  /** Why it has its present standing. */
  readonly message?: string;
}

/** A site, before and after. */
export interface SiteChange {
  readonly siteId: string;
  readonly url: string;
  readonly before: Standing;
  readonly after: Standing;
  readonly change: Change;
  /** One of its failures is new, so the site fails the comparison. */
  readonly gates: boolean;
  /** In the order of the suite, then the checks that only the earlier run has. */
  readonly checks: readonly CheckChange[];
}

/** Why a run does not have all sites of its list: a rerun of failed sites, a merge without some shards, or a cut journal. */
export type MissingSites = 'rerun' | 'merge' | 'cut';

/** A run in a comparison. */
export interface ComparedRun {
  readonly run: string;
  /** ms since the epoch */
  readonly startedAt: number;
  /** Why sites of its list may be missing in it; absent if none are. Such a site was not tried. It was not removed. */
  readonly lacks?: MissingSites;
  /** The build under test; absent if the run had no extension. */
  readonly extension?: Build;
  /** Which Chrome of its machine the run had; absent on another grid. */
  readonly chrome?: ChromeKind;
}

/** A run compared with one or more earlier runs. */
export interface Comparison {
  /** Newest first. Changes are counted from the newest; the others only show what failed before. */
  readonly before: readonly ComparedRun[];
  readonly after: ComparedRun;
  /** In the order of the later run, then the sites that only the earlier run has. */
  readonly sites: readonly SiteChange[];
  /** How many sites and how many checks have each change. */
  readonly siteCounts: Readonly<Record<Change, number>>;
  readonly checkCounts: Readonly<Record<Change, number>>;
}

/** The sites that fail the comparison, in the order of the run: those with a new failure or a new error. */
export function gates(comparison: Comparison): SiteChange[] {
  return comparison.sites.filter((site) => site.gates);
}

/** Did the later run try any site? */
export function hasAnswer({ sites }: Comparison): boolean {
  return sites.some(({ after }) => !NOT_TRIED.has(after));
}

const NOT_TRIED: ReadonlySet<Standing> = new Set<Standing>(['skipped', 'not-run', 'absent']);

/** The outcome that decides the exit code of a comparison: only new failures and new errors count. */
export function comparisonOutcome(comparison: Comparison): RunOutcome {
  const counts = { ...NO_COUNTS };
  // What the later run did not reach has no answer, and if it tried nothing, the whole has none.
  const untried = comparison.sites.filter(({ after }) => after === 'not-run').length;
  counts['not-run'] += hasAnswer(comparison) ? untried : Math.max(1, untried);
  for (const { checks } of gates(comparison)) {
    const isNewly = (standing: Standing): boolean =>
      checks.some(({ change, after }) => change === 'new-failure' && after === standing);
    counts[isNewly('failed') ? 'failed' : 'errored']++;
  }
  return { counts, interrupted: false, refused: false, reportFailed: false, bug: false, failOnFlaky: false };
}
