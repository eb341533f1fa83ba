import { attribute } from './attribution/attribute.ts';
import type { Knowledge } from './attribution/evidence.ts';
import { tellingAttempts } from './attribution/loads.ts';
import type { Arm, Attempt, CheckResult, CheckStatus } from './attempt.ts';
import type { Cause, Fault } from './fault.ts';
import { joinRecords } from './replay-record.ts';
import type { StopReason } from './stop.ts';
import { isFailing, verdictOfCheck, worstOf, type CheckVerdict, type SiteVerdict } from './verdict.ts';

/** What `judge` weighs: everything known about a site. */
export interface Findings {
  readonly siteId: string;
  /** The titles of the planned checks, in the order of the suite. */
  readonly planned: readonly string[];
  readonly attempts: readonly Attempt[];
  /** Loads of the recording of a failure with both builds: `replaysThatCount`. */
  readonly replays?: readonly Attempt[] | undefined;
  /** Why the list leaves the site out. */
  readonly skip?: string;
  /** Why it did not run, or was not tried as often as it should be. */
  readonly notRun?: NotRun;
  /** What is known of the site besides its attempts. Only used if the control has tried it. */
  readonly knowledge?: Knowledge | undefined;
  /** Present if something besides the build may explain the difference between the arms. */
  readonly atMost?: 'suspect' | undefined;
  /** Both arms try the site, whatever happens in the first. */
  readonly isSampled?: boolean | undefined;
  /** The budget of the run ended the comparison of the arms, or kept it from beginning. */
  readonly isCut?: boolean | undefined;
}

/** Why a site did not run, or was not tried again. */
export interface NotRun {
  /** In words: `stopped by --max-failures 3`, `interrupted`, … */
  readonly text: string;
  /** Why the run was stopped, if that kept the site from running, or from the attempt that was to follow. */
  readonly stoppedBy?: StopReason | undefined;
}

/**
 * Makes the verdict of a site from its attempts. Nothing else makes verdicts. It is total: any findings have exactly one
 * verdict. It is monotone without a control: one more passing attempt never makes the verdict worse.
 */
export function judge(findings: Findings): SiteVerdict {
  const subject = judgeArm(findings, 'subject');
  const { planned, attempts, replays = [], knowledge = {}, atMost, isSampled, isCut = false } = findings;
  const hasControl = tellingAttempts(attempts).some(({ arm }) => arm === 'control');
  if (!hasControl && !isCut && replays.length === 0) return subject;
  return attribute({
    planned,
    attempts,
    replays,
    knowledge,
    atMost,
    isSampled,
    isCut,
    subject,
    control: hasControl ? judgeArm(findings, 'control') : undefined,
  });
}

/** The verdict of one arm of a site by itself. */
export function judgeArm(findings: Findings, arm: Arm): SiteVerdict {
  const attempts = findings.attempts.filter((attempt) => attempt.arm === arm);
  const checks = findings.planned.map((title) => judgeCheck(title, attempts, findings));
  const verdict = worstOf(checks) ?? (findings.skip === undefined ? 'not-run' : 'skipped');
  const decisive = checks.find((check) => verdictOfCheck(check) === verdict);
  const replay = joinRecords(findings.attempts.flatMap((attempt) => attempt.replay ?? []));
  const stoppedBy = verdict === 'not-run' || isFailing(verdict) ? findings.notRun?.stoppedBy : undefined;
  return {
    siteId: findings.siteId,
    verdict,
    ...(decisive?.cause === undefined ? {} : { cause: decisive.cause }),
    ...(decisive?.cause === undefined || decisive.fault === undefined ? {} : { code: decisive.fault.code }),
    checks,
    ...(replay === undefined ? {} : { replay }),
    attempts: findings.attempts.length,
    durationMs: findings.attempts.reduce((sum, attempt) => sum + attempt.durationMs, 0),
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
  };
}

function judgeCheck(title: string, attempts: readonly Attempt[], findings: Findings): CheckVerdict {
  if (findings.skip !== undefined) return undecided(title, 'skipped', findings.skip);
  const finished = attempts.filter((attempt) => attempt.ending === 'completed' || attempt.ending === 'timed-out');
  const cut = attempts.filter((attempt) => attempt.ending === 'faulted' || attempt.ending === 'interrupted');
  const ofFinished = resultsOf(title, finished);
  // What failed before the grid cut its attempt has failed, so a check that passes later is flaky.
  const wasSkipped = ofFinished.some(({ status }) => status === 'skipped');
  const before = wasSkipped ? [] : resultsOf(title, cut.filter(isOwnWitness)).filter(saidNo);
  const decided = decide(ofFinished, before) ?? decide(resultsOf(title, cut));
  if (decided !== undefined) return decided;
  const cutShort = attempts.findLast((attempt) => attempt.ending !== 'completed');
  if (cutShort?.fault !== undefined && cutShort.ending !== 'interrupted') {
    const { fault } = cutShort;
    return { title, status: 'errored', flaky: false, durationMs: 0, cause: fault.cause, fault };
  }
  return undecided(title, 'not-run', findings.notRun?.text ?? whyNotRun(cutShort));
}

/** Are its results about its own site? In a process that died, checks of another site may have made them fail. */
function isOwnWitness({ fault }: Attempt): boolean {
  return fault?.code !== 'runner.worker-died';
}

function whyNotRun(cutShort: Attempt | undefined): string {
  return cutShort?.ending === 'interrupted' ? 'interrupted' : 'no attempt got to it';
}

function resultsOf(title: string, attempts: readonly Attempt[]): CheckResult[] {
  return attempts.flatMap((attempt) => attempt.checks.filter((check) => check.title === title));
}

/**
 * A check that passed in any attempt is passed; otherwise failed comes before errored, and errored before skipped. `before`
 * are failures that make a check flaky which passed later.
 */
function decide(results: readonly CheckResult[], before: readonly CheckResult[] = []): CheckVerdict | undefined {
  const failures = [...before, ...results].filter(({ status }) => isFailing(status));
  const of = (status: CheckStatus): CheckResult | undefined => results.findLast((result) => result.status === status);
  const decisive = of('passed') ?? of('failed') ?? of('errored') ?? of('skipped');
  if (decisive === undefined) return undefined;
  const passed = decisive.status === 'passed';
  const flaky = passed && [...before, ...results].some(saidNo);
  const fault = decisive.fault ?? (flaky ? failures.at(-1)?.fault : undefined);
  const cause = blamed(decisive.status, flaky, fault);
  const attachments = results.flatMap((result) => result.attachments ?? []);
  const otherFaults = failures.filter((result) => result !== decisive).flatMap((result) => result.fault ?? []);
  return {
    title: decisive.title,
    status: decisive.status,
    flaky,
    durationMs: decisive.durationMs,
    ...(cause === undefined ? {} : { cause }),
    ...(cause === undefined || fault === undefined ? {} : { fault }),
    ...(decisive.reason === undefined ? {} : { reason: decisive.reason }),
    ...(attachments.length === 0 ? {} : { attachments }),
    ...(otherFaults.length === 0 ? {} : { otherFaults }),
  };
}

/** Whether the check said no at least once. `rescued` counts only in a result that passed. */
function saidNo(result: CheckResult): boolean {
  return result.status === 'failed' || (result.status === 'passed' && result.rescued === true);
}

/** Whom the check blames: nobody if it passed, was skipped or was not run. Without a fault, the check or the runner. */
function blamed(status: CheckStatus, flaky: boolean, fault: Fault | undefined): Cause | undefined {
  if (status === 'failed' || flaky) return fault?.cause ?? 'check';
  return status === 'errored' ? (fault?.cause ?? 'runner') : undefined;
}

function undecided(title: string, status: 'skipped' | 'not-run', reason: string): CheckVerdict {
  return { title, status, flaky: false, durationMs: 0, reason };
}
