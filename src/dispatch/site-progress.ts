import type { Attempt, CheckResult } from '../core/attempt.ts';
import type { LateError } from '../core/ports.ts';
import type { Site } from '../core/site.ts';
import { judge, type SiteVerdict } from '../core/verdict.ts';
import type { RetryBudget } from './retry.ts';

/** What happened to one site so far. */
export class SiteProgress {
  readonly site: Site;
  readonly #planned: readonly string[];
  #attempts: Attempt[] = [];
  #budget: RetryBudget;
  verdict: SiteVerdict | undefined;
  /** The slot of its last attempt. */
  slot = -1;

  constructor(site: Site, planned: readonly string[], budget: RetryBudget) {
    this.site = site;
    this.#planned = planned;
    this.#budget = budget;
  }

  get budget(): RetryBudget {
    return this.#budget;
  }

  get nextAttempt(): number {
    return this.#attempts.length + 1;
  }

  /** The nodes of the faulted attempts. */
  get faultedNodes(): string[] {
    return this.#attempts.flatMap((attempt) => (attempt.ending === 'faulted' ? (attempt.node ?? []) : []));
  }

  add(attempt: Attempt): void {
    this.#attempts.push(attempt);
  }

  spend(kind: 'check-retry' | 'infra-retry'): void {
    const { checkRetries, infraRetries } = this.#budget;
    this.#budget =
      kind === 'check-retry' ? { checkRetries: checkRetries - 1, infraRetries } : { checkRetries, infraRetries: infraRetries - 1 };
  }

  judge(notRun?: string): SiteVerdict {
    return judge({
      siteId: this.site.id,
      planned: this.#planned,
      attempts: this.#attempts,
      ...(this.site.skip === undefined ? {} : { skip: this.site.skip }),
      ...(notRun === undefined ? {} : { notRun }),
    });
  }

  /** Charges an error that came after its attempt had ended to that attempt; the amended attempt, where there is one. */
  amend(late: LateError): Attempt | undefined {
    const at = this.#attempts.findIndex((attempt) => attempt.attempt === late.attempt);
    const attempt = this.#attempts[at];
    if (attempt === undefined) return undefined;
    const blamed = attempt.checks.findLast((check) => late.check === '' || check.title === late.check)?.title ?? late.check;
    const fail = (check: CheckResult): CheckResult =>
      check.title === blamed && check.status !== 'errored' ? { ...check, status: 'failed', fault: check.fault ?? late.fault } : check;
    const amended = { ...attempt, checks: attempt.checks.map(fail) };
    this.#attempts = this.#attempts.with(at, amended);
    return amended;
  }
}
