import { isCode, type ErrorCode } from '../core/error-codes.ts';
import type { Arm, Attempt, ControlMode } from '../core/attempt.ts';
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
  readonly control: ControlMode;
  /** The subject has had its one more attempt after the control's. */
  readonly isConfirmed: boolean;
}

/**
 * What an attempt is for. `repeat` takes the place of an attempt whose results are worth nothing through no fault of its site.
 * `confirm` tries the subject again after the control, so that a fluke is not blamed on the build.
 */
export type Purpose = 'repeat' | 'check-retry' | 'infra-retry' | 'control' | 'subject' | 'confirm';

/** The verdict, or another try. */
export type NextStep = 'judge' | { readonly arm: Arm; readonly purpose: Purpose };

/** Beyond these, a repeat costs an infra retry. */
const MAX_REPEATS = 3;
/** Faults that a site causes itself. Another attempt would do the same harm again. */
export const OWN_FAULTS = ['runner.endless-loop'] as const satisfies readonly ErrorCode[];

/** Decides what follows an attempt. Faults use only `infraRetries`, failed checks only `checkRetries`. */
export function nextStep(history: SiteHistory): NextStep {
  const last = history.attempts.at(-1);
  if (last === undefined || last.ending === 'interrupted') return 'judge';
  if (isToRepeat(last) && history.attempts.filter(isToRepeat).length <= MAX_REPEATS)
    return { arm: last.arm, purpose: 'repeat' };
  if (last.ending === 'faulted' && history.left.infraRetries > 0 && !isCode(last.fault?.code, ...OWN_FAULTS)) {
    return { arm: last.arm, purpose: 'infra-retry' };
  }
  if (!history.attempts.some((attempt) => attempt.arm === 'subject')) return { arm: 'subject', purpose: 'subject' };
  return afterSubject(history, last);
}

function isToRepeat({ ending, fault }: Attempt): boolean {
  return ending === 'faulted' && isCode(fault?.code, 'runner.shared-process');
}

function afterSubject({ attempts, subject, left, control, isConfirmed }: SiteHistory, last: Attempt): NextStep {
  const failing = isFailing(subject);
  const hasControl = attempts.some((attempt) => attempt.arm === 'control');
  // If the subject could not run, the control would only wait for the same grid.
  if (last.ending === 'faulted' && last.arm === 'subject') return 'judge';
  if (failing && !hasControl && left.checkRetries > 0) return { arm: 'subject', purpose: 'check-retry' };
  if (!hasControl && (control === 'always' || (control === 'on-failure' && failing)))
    return { arm: 'control', purpose: 'control' };
  if (failing && hasControl && !isConfirmed) return { arm: 'subject', purpose: 'confirm' };
  return 'judge';
}
