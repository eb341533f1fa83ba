import type { Arm, Attempt } from '../core/attempt.ts';
import type { Verdict } from '../core/verdict.ts';

/** What is left of a site's two budgets. */
export interface RetryBudget {
  readonly checkRetries: number;
  readonly infraRetries: number;
}

/** When the control tries a site: never, to answer a failure of the subject, or always. */
export type ControlMode = 'never' | 'on-failure' | 'always';

/** What decides what follows an attempt. */
export interface SiteHistory {
  /** At least one; the last one just ended. */
  readonly attempts: readonly Attempt[];
  /** What the subject's attempts come to so far. */
  readonly subject: Verdict;
  readonly left: RetryBudget;
  readonly control: ControlMode;
  /** The subject has been tried once more after the control answered. */
  readonly isConfirmed: boolean;
}

/** What an attempt is for: `confirm` is the subject once more after the control, so that chance is not taken for cause. */
export type Purpose = 'check-retry' | 'infra-retry' | 'control' | 'subject' | 'confirm';

/** The verdict, or another try. */
export type NextStep = 'judge' | { readonly arm: Arm; readonly purpose: Purpose };

/** Faults of a site's own making: another try would do the same harm again. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['runner.endless-loop']);

/** Decides what follows an attempt. A fault of browser, grid or runner never uses the check's budget, nor the other way. */
export function nextStep(history: SiteHistory): NextStep {
  const last = history.attempts.at(-1);
  if (last === undefined || last.ending === 'interrupted') return 'judge';
  if (last.ending === 'faulted' && history.left.infraRetries > 0 && !OWN_FAULTS.has(last.fault?.code ?? '')) {
    return { arm: last.arm, purpose: 'infra-retry' };
  }
  if (!history.attempts.some((attempt) => attempt.arm === 'subject')) return { arm: 'subject', purpose: 'subject' };
  return afterSubject(history, last);
}

function afterSubject({ attempts, subject, left, control, isConfirmed }: SiteHistory, last: Attempt): NextStep {
  const isFailing = subject === 'failed' || subject === 'errored';
  const hasControl = attempts.some((attempt) => attempt.arm === 'control');
  // A subject that could not be tried at all is not answered: the control would only wait for the same grid.
  if (last.ending === 'faulted' && last.arm === 'subject') return 'judge';
  if (isFailing && !hasControl && left.checkRetries > 0) return { arm: 'subject', purpose: 'check-retry' };
  if (!hasControl && (control === 'always' || (control === 'on-failure' && isFailing)))
    return { arm: 'control', purpose: 'control' };
  if (isFailing && hasControl && !isConfirmed) return { arm: 'subject', purpose: 'confirm' };
  return 'judge';
}
