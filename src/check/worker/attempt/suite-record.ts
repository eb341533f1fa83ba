import type Mocha from 'mocha';
import { statusOf, type CheckResult } from '../../../core/attempt.ts';
import type { CheckPlan } from '../../../core/check.ts';
import type { Fault } from '../../../core/fault.ts';
import type { Redaction } from '../../../text/redaction.ts';
import { checkFault } from './check-failure.ts';
import { CheckResults } from './check-results.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { checksBehind, skippedBehind } from './failed-hook.ts';
import { isPlanned, needsExtension, titleOf } from '../lane/suite-plan.ts';

const SKIPPED = 'skipped in the check file';
const BAILED = 'not run after a failed check of its suite (this.bail)';
const LEFT_OUT = 'holds only with the extension';

export interface SuiteRecordOptions {
  readonly planned: readonly CheckPlan[];
  readonly evidence: Evidence;
  readonly redaction: Redaction;
  /** Receives each result, and again each result that a later error changes. */
  readonly onResult: (result: CheckResult) => void;
}

/** Turns mocha's events of one attempt into results, with evidence and without secrets. */
export class SuiteRecord {
  readonly #results: CheckResults;
  readonly #evidence: Evidence;
  readonly #redaction: Redaction;
  /** The examined fault of each failure. mocha's own event for it comes later. */
  readonly #faults = new WeakMap<Mocha.Runnable, Fault>();
  readonly #rescued = new Map<string, Fault>();
  #closed = false;

  constructor(options: SuiteRecordOptions) {
    this.#evidence = options.evidence;
    this.#redaction = options.redaction;
    this.#results = new CheckResults(options.planned, options.onResult);
  }

  /** Takes up files that came after the results, such as those that an `afterEach` or `after` attaches. */
  attachLate(): void {
    if (!this.#closed) this.#results.attach((title) => this.#evidence.of(title));
  }

  /** In the order of the suite. */
  list(): CheckResult[] {
    return this.#results.list();
  }

  get #hasFailure(): boolean {
    return this.#results.list().some(({ status }) => status === 'failed' || status === 'errored');
  }

  /** The check that was decided last, for errors that belong to no known check. */
  last(): string | undefined {
    return this.#results.last();
  }

  /** The checks that report a failure: the test itself, or those behind a hook. */
  behind(runnable: Mocha.Runnable, test: Mocha.Test | undefined): readonly string[] {
    return runnable === test ? [titleOf(test)] : checksBehind(runnable, test, this.#results);
  }

  /** The attempt is over. Later events of mocha say nothing about the checks. */
  close(): void {
    this.#closed = true;
  }

  passed(test: Mocha.Test): void {
    const fault = this.#rescued.get(titleOf(test));
    this.#record(test, { status: 'passed', ...(fault === undefined ? {} : { rescued: true, fault }) });
  }

  pending(test: Mocha.Test): void {
    this.#record(test, { status: 'skipped', reason: whySkipped(test) });
  }

  /** mocha tries the test again (`this.retries`). If it passes then, it is reported as rescued, with this fault. */
  retried(test: Mocha.Test): void {
    const fault = this.#faults.get(test);
    if (fault !== undefined) this.#rescued.set(titleOf(test), fault);
  }

  failed(test: Mocha.Test, error: unknown): void {
    const fault = this.#faults.get(test) ?? this.#redaction.value(checkFault(error, ''));
    this.#record(test, { status: statusOf(fault), fault });
  }

  /** Records what a failure means. mocha has no later event for a hook's checks, so they are decided here. */
  examined(runnable: Mocha.Runnable, test: Mocha.Test | undefined, behind: readonly string[], found: Fault): void {
    const fault = this.#redaction.value(found);
    this.#faults.set(runnable, fault);
    if (runnable !== test) this.#recordHook(runnable, behind, fault);
  }

  /** Charges a check with a fault that it did not throw itself. */
  charge(check: string, fault: Fault): void {
    this.#results.charge(check, this.#redaction.value(fault));
  }

  /** Takes back what the checks said: it was not said of what they are about. Skipped checks stay skipped. */
  withdraw(fault: Fault): void {
    for (const result of this.#results.list()) {
      const { rescued: _rescued, ...rest } = result;
      if (result.status !== 'skipped') this.#results.record({ ...rest, status: 'errored', fault });
    }
  }

  /** If a check has failed, skips those of `titles` that have no result. */
  skipAfterFailure(titles: readonly string[]): void {
    if (!this.#hasFailure) return;
    const undecided = new Set(this.#results.undecided());
    for (const title of titles.filter((one) => undecided.has(one)))
      this.#results.record({ title, status: 'skipped', durationMs: 0, reason: BAILED, ...this.#attached(title) });
  }

  /** Ends every check without a result, with this fault. */
  leaveOpen(fault: Fault): void {
    for (const title of this.#results.undecided()) {
      this.#results.record({ title, status: statusOf(fault), durationMs: 0, fault, ...this.#attached(title) });
    }
  }

  /** The time is up. If every check has passed, a hook has used it: the running check gets the fault, or the last one. */
  cut(fault: Fault, running: string | undefined): void {
    this.leaveOpen(fault);
    const check = running ?? this.last();
    if (check !== undefined && !this.#hasFailure) this.charge(check, fault);
  }

  #record(test: Mocha.Test, what: Omit<CheckResult, 'title' | 'durationMs'>): void {
    if (this.#closed || !isPlanned(test)) return;
    const title = titleOf(test);
    this.#results.record({ title, durationMs: test.duration ?? 0, ...what, ...this.#attached(title) });
  }

  #recordHook(hook: Mocha.Runnable, behind: readonly string[], fault: Fault): void {
    for (const test of skippedBehind(hook, this.#results))
      this.#results.record({ title: titleOf(test), status: 'skipped', durationMs: 0, reason: whySkipped(test) });
    behind.forEach((title, index) => {
      if (index > 0) this.#evidence.share(behind[0]!, title);
      if (this.#results.get(title) !== undefined) return this.#results.charge(title, fault, this.#evidence.of(title));
      const durationMs = index === 0 ? (hook.duration ?? 0) : 0;
      this.#results.record({ title, status: statusOf(fault), durationMs, fault, ...this.#attached(title) });
    });
  }

  #attached(title: string): Pick<CheckResult, 'attachments'> {
    const attachments = this.#evidence.of(title);
    return attachments.length === 0 ? {} : { attachments };
  }
}

function whySkipped(test: Mocha.Test): string {
  return needsExtension(test) ? LEFT_OUT : SKIPPED;
}
