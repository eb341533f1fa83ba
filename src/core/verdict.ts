import type { Arm, Attachment, Attempt, CheckResult, CheckStatus } from './attempt.ts';
import type { Cause, Fault } from './fault.ts';

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
  readonly code?: string;
  readonly checks: readonly CheckVerdict[];
  /** How many attempts it took, over all arms. */
  readonly attempts: number;
  /** Of all its attempts together, in ms. */
  readonly durationMs: number;
}

/** What is known of a site when it is judged. */
export interface Evidence {
  readonly siteId: string;
  /** The titles of the planned checks, in the order of the suite. */
  readonly planned: readonly string[];
  readonly attempts: readonly Attempt[];
  /** Why the list says to leave the site out. */
  readonly skip?: string;
  /** Why it did not run, where it did not: `stopped by --max-failures 3`, `interrupted`, … */
  readonly notRun?: string;
}

/** The first of these that any check shows is the site's. */
const SITE_ORDER: readonly Verdict[] = ['failed', 'errored', 'not-run', 'flaky', 'passed', 'skipped'];

/**
 * Makes the verdict of a site from its attempts; nothing else does.
 * Total: any evidence has exactly one verdict. Monotone: one more passing attempt never makes it worse.
 */
export function judge(evidence: Evidence, arm: Arm = 'subject'): SiteVerdict {
  const attempts = evidence.attempts.filter((attempt) => attempt.arm === arm);
  const checks = evidence.planned.map((title) => judgeCheck(title, attempts, evidence));
  const shown = new Set(checks.map(verdictOfCheck));
  const verdict = SITE_ORDER.find((candidate) => shown.has(candidate)) ?? 'not-run';
  const decisive = checks.find((check) => verdictOfCheck(check) === verdict);
  return {
    siteId: evidence.siteId,
    verdict,
    ...(decisive?.cause === undefined ? {} : { cause: decisive.cause }),
    ...(decisive?.fault === undefined ? {} : { code: decisive.fault.code }),
    checks,
    attempts: evidence.attempts.length,
    durationMs: evidence.attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0),
  };
}

/** A check's own word in the order of site verdicts. */
function verdictOfCheck(check: CheckVerdict): Verdict {
  return check.flaky ? 'flaky' : check.status;
}

function judgeCheck(title: string, attempts: readonly Attempt[], evidence: Evidence): CheckVerdict {
  if (evidence.skip !== undefined) return undecided(title, 'skipped', evidence.skip);
  const heard = attempts.filter((attempt) => attempt.ending === 'completed' || attempt.ending === 'timed-out');
  const cut = attempts.filter((attempt) => attempt.ending === 'faulted' || attempt.ending === 'interrupted');
  const decided = decide(resultsOf(title, heard)) ?? decide(resultsOf(title, cut));
  if (decided !== undefined) return decided;
  const fault = attempts.findLast((attempt) => attempt.ending !== 'interrupted' && attempt.fault !== undefined)?.fault;
  if (fault !== undefined && attempts.at(-1)?.ending !== 'interrupted') {
    return { title, status: 'errored', flaky: false, durationMs: 0, cause: fault.cause, fault };
  }
  return undecided(title, 'not-run', evidence.notRun ?? 'interrupted');
}

function resultsOf(title: string, attempts: readonly Attempt[]): CheckResult[] {
  return attempts.flatMap((attempt) => attempt.checks.filter((check) => check.title === title));
}

/** Passed in any attempt is passed; else a no is a no; else whatever came last, errors before skips. */
function decide(results: readonly CheckResult[]): CheckVerdict | undefined {
  const failures = results.filter((result) => result.status === 'failed' || result.status === 'errored');
  const of = (status: CheckStatus): CheckResult | undefined => results.findLast((result) => result.status === status);
  const decisive = of('passed') ?? of('failed') ?? of('errored') ?? of('skipped');
  if (decisive === undefined) return undefined;
  const passed = decisive.status === 'passed';
  const flaky = passed && results.some((result) => result.rescued === true || result.status === 'failed');
  const fault = decisive.fault ?? (flaky ? failures.at(-1)?.fault : undefined);
  const attachments = results.flatMap((result) => result.attachments ?? []);
  const otherFaults = failures.filter((result) => result !== decisive).flatMap((result) => result.fault ?? []);
  return {
    title: decisive.title,
    status: decisive.status,
    flaky,
    durationMs: decisive.durationMs,
    ...(fault === undefined || (passed && !flaky) ? {} : { cause: fault.cause, fault }),
    ...(decisive.reason === undefined ? {} : { reason: decisive.reason }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(otherFaults.length === 0 ? {} : { otherFaults }),
  };
}

function undecided(title: string, status: 'skipped' | 'not-run', reason: string): CheckVerdict {
  return { title, status, flaky: false, durationMs: 0, reason };
}
