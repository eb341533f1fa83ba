import type { Attachment, CheckStatus } from './attempt.ts';
import type { RecordedCode } from './error-codes.ts';
import type { Cause, Fault } from './fault.ts';
import type { StopReason } from './stop.ts';

/** The answer for a site. */
export type Verdict = 'passed' | 'flaky' | 'failed' | 'errored' | 'skipped' | 'not-run';

/** The answer for one check of a site, over all its attempts. */
export interface CheckVerdict {
  readonly title: string;
  readonly status: CheckStatus;
  /** Passed, but failed in another completed attempt or rescued by mocha's `this.retries`. */
  readonly flaky: boolean;
  /** Of the attempt that decided it. */
  readonly durationMs: number;
  readonly cause?: Cause;
  readonly fault?: Fault;
  readonly reason?: string;
  readonly attachments?: readonly Attachment[];
  /** The faults of the other attempts in which it failed: what a flaky check did, what a retry repeated. */
  readonly otherFaults?: readonly Fault[];
}

/** The one verdict of a site, with its checks in the order of the suite. */
export interface SiteVerdict {
  readonly siteId: string;
  readonly verdict: Verdict;
  readonly cause?: Cause;
  readonly code?: RecordedCode;
  readonly checks: readonly CheckVerdict[];
  /** What the control came to on the same site, where there was one. */
  readonly control?: Verdict;
  /** How many attempts it took, over all arms. */
  readonly attempts: number;
  /** Of all its attempts together, in ms. */
  readonly durationMs: number;
  /** Why the run was stopped, if that is why the site is not-run. Absent in journals of earlier versions. */
  readonly stoppedBy?: StopReason;
}

/** Whether a site or a check failed or errored. `absent` is one that the run did not plan. */
export function isFailing(standing: Verdict | 'absent'): boolean {
  return standing === 'failed' || standing === 'errored';
}

/** Whether a person should look at the site or the check: it failed, errored or was flaky. */
export function needsAttention(verdict: Verdict): boolean {
  return isFailing(verdict) || verdict === 'flaky';
}

/** In the order in which reports count them. */
export const VERDICTS: readonly Verdict[] = ['passed', 'flaky', 'failed', 'errored', 'skipped', 'not-run'];

/** How many sites have each verdict, before any has one. */
export const NO_COUNTS: Readonly<Record<Verdict, number>> = {
  passed: 0,
  flaky: 0,
  failed: 0,
  errored: 0,
  skipped: 0,
  'not-run': 0,
};

/** What keeps a failure from failing the run. */
export type ExcusedBy = 'baseline' | 'expectation';

/** A check that is not as it should be and yet does not gate, and why. */
export interface CheckExcuse {
  /** `CheckPlan.title` */
  readonly title: string;
  readonly by: ExcusedBy;
  readonly text: string;
}

/** The first of these that any check shows is the site's. */
const SITE_ORDER: readonly Verdict[] = ['failed', 'errored', 'not-run', 'flaky', 'passed', 'skipped'];

/** The verdict of a site that has these checks; undefined where it has none. */
export function worstOf(checks: readonly CheckVerdict[]): Verdict | undefined {
  const shown = new Set(checks.map(verdictOfCheck));
  return SITE_ORDER.find((candidate) => shown.has(candidate));
}

/** The verdict of a check by itself: its status, or `flaky`. */
export function verdictOfCheck(check: CheckVerdict): Verdict {
  return check.flaky ? 'flaky' : check.status;
}
