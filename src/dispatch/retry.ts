import type { Attempt } from '../core/attempt.ts';
import type { SiteVerdict } from '../core/verdict.ts';

/** What is left of a site's two budgets. */
export interface RetryBudget {
  readonly checkRetries: number;
  readonly infraRetries: number;
}

/** What follows an attempt: the verdict, or another try charged to one of the budgets. */
export type NextStep = 'judge' | 'check-retry' | 'infra-retry';

/** Faults of a site's own making: another try would do the same harm again. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['runner.endless-loop']);

/** Decides what follows an attempt. A fault of browser, grid or runner never uses the check's budget, nor the other way. */
export function nextStep(attempt: Attempt, verdict: SiteVerdict, left: RetryBudget): NextStep {
  switch (attempt.ending) {
    case 'interrupted':
      return 'judge';
    case 'faulted':
      return left.infraRetries > 0 && !OWN_FAULTS.has(attempt.fault?.code ?? '') ? 'infra-retry' : 'judge';
    case 'completed':
    case 'timed-out':
      return left.checkRetries > 0 && (verdict.verdict === 'failed' || verdict.verdict === 'errored') ? 'check-retry' : 'judge';
  }
}
