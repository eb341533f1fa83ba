import type { Arm, Attempt, CheckResult } from '../attempt.ts';
import { isCode } from '../error-codes.ts';
import type { Cause, Fault } from '../fault.ts';
import { isFailing } from '../verdict.ts';
import { NO_LOADS, type Loads } from './failure-rates.ts';
import type { ArmLoads } from './posterior.ts';

/** Stands for the attempt itself among the titles of checks: it may crash, hang or run out of time. */
export const THE_ATTEMPT = '';

/** Faults of these tell nothing about the site or the build. */
const OF_ANOTHER = new Set<Cause>(['grid', 'runner']);

/** The attempts that say something about the site or the build, in order. */
export function tellingAttempts(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(
    (attempt) =>
      attempt.ending !== 'interrupted' &&
      (attempt.ending !== 'faulted' || !OF_ANOTHER.has(attempt.fault?.cause ?? 'runner')) &&
      !isIncomplete(attempt),
  );
}

/** Did it fail on a page that its recording had only in part? */
function isIncomplete({ fault, checks }: Attempt): boolean {
  return [fault, ...checks.map((check) => check.fault)].some((one) => isCode(one?.code, 'replay.incomplete'));
}

/**
 * What each title failed and passed, arm by arm. The last one is `THE_ATTEMPT`. If each failure with the build was seen to be
 * the extension's doing, such as a closed tab, the control fails only by the same: what a noisy page does there is no answer.
 */
export function loadsByTitle(planned: readonly string[], attempts: readonly Attempt[]): Map<string, ArmLoads> {
  const telling = tellingAttempts(attempts);
  return new Map(
    [...planned, THE_ATTEMPT].map((title) => {
      const failed = ofArm(telling, 'subject').filter((attempt) => answerOf(title, attempt) === true);
      const isOwnDoing = failed.length > 0 && failed.every((attempt) => isOfExtension(title, attempt));
      const counts = (attempt: Attempt): boolean => !isOwnDoing || isOfExtension(title, attempt);
      return [
        title,
        {
          subject: loadsOf(title, ofArm(telling, 'subject'), () => true),
          control: loadsOf(title, ofArm(telling, 'control'), counts),
        },
      ];
    }),
  );
}

function ofArm(attempts: readonly Attempt[], arm: Arm): Attempt[] {
  return attempts.filter((attempt) => attempt.arm === arm);
}

/** Did the title fail by what the extension did, as the fault says? */
function isOfExtension(title: string, { fault, checks }: Attempt): boolean {
  const found = checks.find((check) => check.title === title && isFailure(check))?.fault ?? fault;
  return found?.cause === 'extension';
}

/** Did anything fail in the attempt? */
export function hasFailed(attempt: Attempt): boolean {
  return attempt.ending !== 'completed' || attempt.checks.some(isFailure);
}

/** Did the attempt try any check? One that skipped them all passes, and says nothing about the site. */
export function hasTried({ ending, checks }: Attempt): boolean {
  return ending !== 'completed' || checks.some(({ status }) => status === 'passed' || isFailing(status));
}

/** The check at which the last attempt with the build that did not run to its end was cut. Undefined if all ran to their end. */
export function cutCheck(planned: readonly string[], attempts: readonly Attempt[]): string | undefined {
  const cut = tellingAttempts(attempts).findLast(({ arm, ending }) => arm === 'subject' && ending !== 'completed');
  if (cut === undefined) return undefined;
  const passed = new Set(cut.checks.filter(({ status }) => status === 'passed').map(({ title }) => title));
  return planned.find((title) => !passed.has(title)) ?? planned[0];
}

/** Why a check last failed with the build: its own fault, or that of its attempt. */
export function lastFault(title: string, attempts: readonly Attempt[]): Fault | undefined {
  return tellingAttempts(attempts)
    .filter(({ arm }) => arm === 'subject')
    .map(({ checks, fault }) => checks.find((check) => check.title === title && isFailure(check))?.fault ?? fault)
    .findLast((fault) => fault !== undefined);
}

/** @param counts whether a failure of the title in the attempt is one */
function loadsOf(title: string, attempts: readonly Attempt[], counts: (attempt: Attempt) => boolean): Loads {
  return attempts.reduce<Loads>((loads, attempt) => {
    const failed = answerOf(title, attempt);
    if (failed === undefined) return loads;
    return { failed: loads.failed + (failed && counts(attempt) ? 1 : 0), all: loads.all + 1 };
  }, NO_LOADS);
}

/** Did it fail? Undefined if the attempt does not say. */
function answerOf(title: string, attempt: Attempt): boolean | undefined {
  if (title === THE_ATTEMPT) return attempt.ending !== 'completed';
  if (attempt.ending === 'faulted') return undefined;
  const result = attempt.checks.find((check) => check.title === title);
  if (result?.status === 'passed') return result.rescued === true;
  if (result !== undefined && isFailing(result.status)) return isFailure(result) ? true : undefined;
  return attempt.arm === 'control' && attempt.ending === 'completed' ? failsAsWhole(attempt) : undefined;
}

/**
 * The control leaves out what needs the extension (`@extension`). Then its site as a whole is the answer. Undefined if that says
 * nothing about a check that was left out: a part of the others fails, or the only other one fails on a site that could be tried.
 */
function failsAsWhole(attempt: Attempt): boolean | undefined {
  if (!hasTried(attempt)) return undefined;
  if (!hasFailed(attempt)) return false;
  const tried = attempt.checks.filter(({ status }) => status === 'passed' || isFailing(status));
  const isWhole = tried.every(isFailure) && (tried.length > 1 || tried.every(({ status }) => status === 'errored'));
  return isWhole ? true : undefined;
}

function isFailure({ status, fault, rescued }: CheckResult): boolean {
  return (status === 'passed' && rescued === true) || (isFailing(status) && !OF_ANOTHER.has(fault?.cause ?? 'check'));
}
