import type { Attachment, CheckStatus } from './attempt.ts';
import type { RecordedCode } from './error-codes.ts';
import type { Cause, Fault } from './fault.ts';
import type { ReplayRecord } from './replay-record.ts';
import type { StopReason } from './stop.ts';
import type { AttributionWord } from './attribution/decide.ts';
import type { Loads } from './attribution/failure-rates.ts';
import type { ArmLoads } from './attribution/posterior.ts';
import type { Pairs } from './attribution/pairs.ts';

/** The answer for a site, or for a check. */
export type Verdict = 'passed' | 'flaky' | 'failed' | 'errored' | 'skipped' | 'not-run';

/** The answer for one check of a site, over all its attempts. */
export interface CheckVerdict {
  readonly title: string;
  readonly status: CheckStatus;
  /** It passed, but failed in another completed attempt or before mocha's `this.retries`. */
  readonly flaky: boolean;
  /** Duration in the attempt that decided it. */
  readonly durationMs: number;
  readonly cause?: Cause;
  readonly fault?: Fault;
  readonly reason?: string;
  readonly attachments?: readonly Attachment[];
  /** Its faults in the other attempts. */
  readonly otherFaults?: readonly Fault[];
}

/** The one verdict of a site, with its checks in the order of the suite. */
export interface SiteVerdict {
  readonly siteId: string;
  readonly verdict: Verdict;
  readonly cause?: Cause;
  readonly code?: RecordedCode;
  readonly checks: readonly CheckVerdict[];
  /** The verdict of the control on the same site, if there was one. */
  readonly control?: Verdict;
  /** Whether the build under test breaks the site; only if the control has tried it and something failed with the build. */
  readonly attribution?: AttributionWord;
  /** The probability that the build breaks it, from 0 to 1. */
  readonly probability?: number;
  /** What each arm showed, if the control has tried the site. */
  readonly arms?: ArmsOfSite;
  /** In how many of all pairs the server sent another page to one arm; absent if in none. These pairs do not count. */
  readonly otherPages?: OtherPages;
  /** In a replay: what all attempts together asked of the recording. */
  readonly replay?: ReplayRecord;
  /** The number of attempts, over both arms. */
  readonly attempts: number;
  /** All attempts together, in ms. */
  readonly durationMs: number;
  /** Why the run was stopped, if that is why the site is not-run. Absent in journals of earlier versions. */
  readonly stoppedBy?: StopReason;
}

/** In how many pairs of a site the server sent different pages to the two arms. */
export interface OtherPages {
  readonly pairs: number;
  /** The number of all pairs. */
  readonly all: number;
}

/** A picture of each arm, as paths relative to the results folder. */
export interface PicturesOfSite {
  readonly subject: string;
  readonly control: string;
}

/** What the two arms of a site showed. */
export interface ArmsOfSite {
  /** The check that the answer rests on; empty for the attempt as a whole. */
  readonly check: string;
  /** How often that failed, arm by arm. */
  readonly subject: Loads;
  readonly control: Loads;
  /** The pairs that count for the comparison of the whole list. */
  readonly pairs: Pairs;
  /** Both arms tried the site whatever happened: it was drawn at random, or `--control-all` was given. */
  readonly sampled?: boolean;
  /** The budget of the run ended the comparison early, or kept it from beginning. */
  readonly cut?: boolean;
  /** How often it failed on the recording of a failure, arm by arm, if that was replayed with both builds. */
  readonly replayed?: ArmLoads;
  /** Pictures of the check in both arms, if both were kept. */
  readonly pictures?: PicturesOfSite;
  /** The median time of the suite in attempts without a failure, in ms, if both arms have one and run the same checks. */
  readonly passMs?: { readonly subject: number; readonly control: number };
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

/** What excuses a failure. */
export type ExcusedBy = 'baseline' | 'expectation';

/** Why a check that failed or was flaky does not fail the run. */
export interface CheckExcuse {
  /** `CheckPlan.title` */
  readonly title: string;
  readonly by: ExcusedBy;
  readonly text: string;
}

/** A site has the first of these verdicts that any of its checks has. */
const SITE_ORDER: readonly Verdict[] = ['failed', 'errored', 'not-run', 'flaky', 'passed', 'skipped'];

/** The verdict of a site with these checks; undefined if there are none. */
export function worstOf(checks: readonly CheckVerdict[]): Verdict | undefined {
  const shown = new Set(checks.map(verdictOfCheck));
  return SITE_ORDER.find((candidate) => shown.has(candidate));
}

/** The verdict of a check by itself: its status, or `flaky`. */
export function verdictOfCheck(check: CheckVerdict): Verdict {
  return check.flaky ? 'flaky' : check.status;
}
