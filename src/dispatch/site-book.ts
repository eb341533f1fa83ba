import type { Attempt } from '../core/attempt.ts';
import type { Fault } from '../core/fault.ts';
import type { Emit, LateError } from '../core/ports.ts';
import type { Site } from '../core/site.ts';
import type { SiteVerdict } from '../core/verdict.ts';
import type { ControlMode, RetryBudget } from './retry.ts';
import { SiteProgress } from './site-progress.ts';

export interface BookOptions {
  /** The titles of the checks, in the order of the suite. */
  readonly checks: readonly string[];
  readonly budget: RetryBudget;
  readonly control: ControlMode;
  readonly emit: Emit;
  /** Does a failed site count, or was its failure known before? */
  readonly counts: (verdict: SiteVerdict) => boolean;
  /** Told how many sites that count have failed, each time that one more has. */
  readonly onFailed: (count: number) => void;
}

/** What happened to every site of a plan, and its verdict as soon as there is one. */
export class SiteBook {
  readonly #options: BookOptions;
  readonly #progress = new Map<string, SiteProgress>();
  #failedCount = 0;

  constructor(sites: readonly Site[], options: BookOptions) {
    this.#options = options;
    const { checks, budget, control } = options;
    for (const site of sites) this.#progress.set(site.id, new SiteProgress(site, checks, budget, control));
  }

  of(siteId: string): SiteProgress {
    const progress = this.#progress.get(siteId);
    if (progress === undefined) throw new RangeError(`no such site in the plan: ${siteId}`);
    return progress;
  }

  /** Judges what the list says to leave out. */
  concludeSkipped(): void {
    for (const progress of this.#progress.values()) if (progress.site.skip !== undefined) this.conclude(progress);
  }

  /** Judges what has no verdict yet: it did not run, and this is why. */
  concludeRest(notRun: string): void {
    for (const progress of this.#progress.values()) if (progress.verdict === undefined) this.conclude(progress, notRun);
  }

  conclude(progress: SiteProgress, notRun?: string): void {
    progress.verdict = progress.judge(notRun);
    this.#options.emit({ type: 'site-judged', verdict: progress.verdict });
    this.#countFailure(progress.verdict);
  }

  attempted(progress: SiteProgress, attempt: Attempt, slot: number): void {
    progress.add(attempt);
    this.#options.emit({ type: 'attempt-ended', slot, attempt });
  }

  /** A site that no session could be had for: it is errored by the grid's fault. */
  lost(siteId: string, fault: Fault): void {
    const progress = this.of(siteId);
    const attempt = progress.nextAttempt;
    this.attempted(
      progress,
      { siteId, attempt, arm: 'subject', ending: 'faulted', startedAt: Date.now(), durationMs: 0, fault, checks: [] },
      -1,
    );
    this.conclude(progress);
  }

  /** Charges an error that came after its attempt had ended; the site that it is of, where it is one of the plan. */
  amend(late: LateError): SiteProgress | undefined {
    const progress = this.#progress.get(late.siteId);
    const attempt = progress?.amend(late);
    if (progress === undefined || attempt === undefined) return progress;
    this.#options.emit({ type: 'attempt-ended', amended: true, slot: progress.slot, attempt });
    if (progress.verdict !== undefined) this.#judgeAgain(progress, progress.verdict);
    return progress;
  }

  #judgeAgain(progress: SiteProgress, before: SiteVerdict): void {
    progress.verdict = progress.judge();
    this.#options.emit({ type: 'site-judged', amended: true, verdict: progress.verdict });
    if (before.verdict !== 'failed') this.#countFailure(progress.verdict);
  }

  #countFailure(verdict: SiteVerdict): void {
    if (verdict.verdict !== 'failed' || !this.#options.counts(verdict)) return;
    this.#failedCount += 1;
    this.#options.onFailed(this.#failedCount);
  }
}
