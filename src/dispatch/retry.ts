import { isCode, type ErrorCode } from '../core/error-codes.ts';
import type { Arm, Attempt } from '../core/attempt.ts';
import { tellingAttempts } from '../core/attribution/loads.ts';
import { isFailing, type Verdict } from '../core/verdict.ts';

/** How many more attempts a site may have, for failures of checks and for faults. */
export interface RetryBudget {
  readonly checkRetries: number;
  readonly infraRetries: number;
}

/** What `nextStep` decides by. */
export interface SiteHistory {
  /** At least one; the last one just ended. */
  readonly attempts: readonly Attempt[];
  /** The verdict of the subject's attempts so far. */
  readonly subject: Verdict;
  readonly left: RetryBudget;
  /** The site must not be loaded a second time. */
  readonly once: boolean;
  /** In a run with a control: the arm that tries the site next, or `done`. Undefined without a control. */
  readonly nextArm?: (() => Arm | 'done') | undefined;
}

/**
 * What an attempt is for. `repeat` takes the place of an attempt whose results are worth nothing through no fault of its site.
 * `arm` is one more load of the subject or the control, so that a fluke is not blamed on the build.
 */
export type Purpose = 'repeat' | 'check-retry' | 'infra-retry' | 'arm';

/** The verdict, or another try. */
export type NextStep = 'judge' | { readonly arm: Arm; readonly purpose: Purpose };

/** Beyond these, a repeat costs an infra retry. */
const MAX_REPEATS = 3;
/** Faults that a site causes itself. Another attempt would do the same harm again. */
export const OWN_FAULTS = ['runner.endless-loop'] as const satisfies readonly ErrorCode[];
/** Faults that gridrun has caused. The attempt is repeated in another way. */
export const REPEATED_FAULTS = [
  'runner.shared-process',
  'evidence.held-session',
] as const satisfies readonly ErrorCode[];

/** Decides what follows an attempt. Faults use only `infraRetries`, failed checks only `checkRetries`. */
export function nextStep(history: SiteHistory): NextStep {
  const last = history.attempts.at(-1);
  if (last === undefined || last.ending === 'interrupted' || history.once) return 'judge';
  if (isToRepeat(last) && history.attempts.filter(isToRepeat).length <= MAX_REPEATS)
    return { arm: last.arm, purpose: 'repeat' };
  if (last.ending === 'faulted' && history.left.infraRetries > 0 && !isCode(last.fault?.code, ...OWN_FAULTS)) {
    return { arm: last.arm, purpose: 'infra-retry' };
  }
  // If an arm could not run, the other one would only wait for the same grid.
  if (tellingAttempts([last]).length === 0) return 'judge';
  if (history.nextArm === undefined) return afterChecks(history, last);
  const arm = history.nextArm();
  return arm === 'done' ? 'judge' : { arm, purpose: 'arm' };
}

function isToRepeat({ ending, fault }: Attempt): boolean {
  return ending === 'faulted' && isCode(fault?.code, ...REPEATED_FAULTS);
}

function afterChecks({ subject, left }: SiteHistory, last: Attempt): NextStep {
  const mayRetry = last.ending !== 'faulted' && isFailing(subject) && left.checkRetries > 0;
  return mayRetry ? { arm: 'subject', purpose: 'check-retry' } : 'judge';
}
