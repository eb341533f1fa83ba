import type { Cause } from './fault.ts';
import type { RunOutcome } from './outcome.ts';
import { NO_COUNTS, type Verdict } from './verdict.ts';

/** What a run says of a site or a check; `absent` where the run did not plan it. */
export type Standing = Verdict | 'absent';

export const STANDINGS: readonly Standing[] = ['passed', 'flaky', 'failed', 'errored', 'skipped', 'not-run', 'absent'];

/** What became of a site or a check from one run to a later one. */
export type Change =
  | 'new-failure'
  | 'failing-again'
  | 'still-failing'
  | 'fixed'
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

/** What each change means, as a person reads it in a heading. */
export const CHANGE_TEXTS: Readonly<Record<Change, string>> = {
  'new-failure': 'new failures',
  'failing-again': 'failing again: not in the last run, but in an earlier run of the baseline',
  'still-failing': 'still failing',
  fixed: 'fixed',
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

/** The one table: what each pair of standings is called, row by row before, column by column after. */
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
  // Whoever failed and is flaky now did pass, but can't be relied on.
  failed: {
    passed: 'fixed',
    flaky: 'newly-flaky',
    failed: 'still-failing',
    errored: 'still-failing',
    skipped: 'left-out',
    'not-run': 'left-out',
    absent: 'removed',
  },
  errored: {
    passed: 'fixed',
    flaky: 'newly-flaky',
    failed: 'still-failing',
    errored: 'still-failing',
    skipped: 'left-out',
    'not-run': 'left-out',
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

/** What became of something between two runs. */
export function changeOf(before: Standing, after: Standing): Change {
  return CHANGES[before][after];
}

/** What an earlier run knew: where the grid or gridrun itself failed, it knew no more of the site than if it had not run. */
export function knownStanding(verdict: Verdict, cause: Cause | undefined): Standing {
  return verdict === 'errored' && (cause === 'grid' || cause === 'runner') ? 'not-run' : verdict;
}

/** One check of a site, before and after. */
export interface CheckChange {
  readonly title: string;
  readonly before: Standing;
  readonly after: Standing;
  readonly change: Change;
  /** Why it is as it is now. */
  readonly message?: string;
}

/** One site, before and after. */
export interface SiteChange {
  readonly siteId: string;
  readonly url: string;
  readonly before: Standing;
  readonly after: Standing;
  readonly change: Change;
  /** Some failure of it is new, so that the site gates. */
  readonly gates: boolean;
  /** In the order of the suite, then those that only the earlier run has. */
  readonly checks: readonly CheckChange[];
}

/** Which run a comparison is about. */
export interface ComparedRun {
  readonly run: string;
  /** ms since the epoch */
  readonly startedAt: number;
}

/** Two runs, or one and several earlier ones, side by side. */
export interface Comparison {
  /** The newest comes first: what changed, changed since it. The others only tell what failed before. */
  readonly before: readonly ComparedRun[];
  readonly after: ComparedRun;
  /** In the order of the later run, then those that only the earlier one has. */
  readonly sites: readonly SiteChange[];
  /** How many sites and how many checks became what. */
  readonly siteCounts: Readonly<Record<Change, number>>;
  readonly checkCounts: Readonly<Record<Change, number>>;
}

/** The sites that gate, in the order of the run: those with a failure, or an error, that was not there before. */
export function gates(comparison: Comparison): SiteChange[] {
  return comparison.sites.filter((site) => site.gates);
}

/** What the exit code of a comparison is made of: new failures and new errors alone. */
export function comparisonOutcome(comparison: Comparison): RunOutcome {
  const counts = { ...NO_COUNTS };
  for (const { checks } of gates(comparison)) {
    const isNewly = (standing: Standing): boolean =>
      checks.some(({ change, after }) => change === 'new-failure' && after === standing);
    counts[isNewly('failed') ? 'failed' : 'errored']++;
  }
  return { counts, interrupted: false, refused: false, reportFailed: false, bug: false, failOnFlaky: false };
}
