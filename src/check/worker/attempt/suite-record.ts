import type Mocha from 'mocha';
import { statusOf, type CheckResult } from '../../../core/attempt.ts';
import type { CheckPlan } from '../../../core/check.ts';
import type { Fault } from '../../../core/fault.ts';
import type { Redaction } from '../../../text/redaction.ts';
import { checkFault } from './check-failure.ts';
import { CheckResults } from './check-results.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { checksBehind, skippedBehind } from './failed-hook.ts';
import { needsExtension, titleOf } from '../lane/suite-plan.ts';

const SKIPPED = 'skipped in the check file';
const LEFT_OUT = 'holds only with the extension';

export interface SuiteRecordOptions {
  readonly planned: readonly CheckPlan[];
  readonly evidence: Evidence;
  readonly redaction: Redaction;
  /** Hears each result, and again each that a later error changed. */
  readonly onResult: (result: CheckResult) => void;
}

/** What mocha tells of one attempt, as results: each with its evidence, none with a secret. */
export class SuiteRecord {
  readonly #results: CheckResults;
  readonly #evidence: Evidence;
  readonly #redaction: Redaction;
  /** What has been found out about a failure, for mocha's event that tells of it later. */
  readonly #faults = new WeakMap<Mocha.Runnable, Fault>();
  readonly #rescued = new Map<string, Fault>();
  #closed = false;

  constructor(options: SuiteRecordOptions) {
    this.#evidence = options.evidence;
    this.#redaction = options.redaction;
    this.#results = new CheckResults(options.planned, options.onResult);
  }

  /** In the order of the suite. */
  list(): CheckResult[] {
    return this.#results.list();
  }

  /** The check that was decided last, for errors that none can be named for. */
  last(): string | undefined {
    return this.#results.last();
  }

  /** The checks that a failure speaks for: the test itself, or those behind a hook. */
  behind(runnable: Mocha.Runnable, test: Mocha.Test | undefined): readonly string[] {
    return runnable === test ? [titleOf(test)] : checksBehind(runnable, test, this.#results);
  }

  /** From now on mocha's events are of an attempt that was cut: they say nothing about the checks. */
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

  /** mocha's own `this.retries` goes on: if it passes then, this is what it did before. */
  retried(test: Mocha.Test): void {
    const fault = this.#faults.get(test);
    if (fault !== undefined) this.#rescued.set(titleOf(test), fault);
  }

  failed(test: Mocha.Test, error: unknown): void {
    const fault = this.#faults.get(test) ?? this.#redaction.value(checkFault(error, ''));
    this.#record(test, { status: statusOf(fault), fault });
  }

  /** What a failed test or hook was found to mean; of a hook mocha tells nothing more, so that its checks are decided here. */
  examined(runnable: Mocha.Runnable, test: Mocha.Test | undefined, behind: readonly string[], found: Fault): void {
    const fault = this.#redaction.value(found);
    this.#faults.set(runnable, fault);
    if (runnable !== test) this.#recordHook(runnable, behind, fault);
  }

  /** An error that belongs to a check which did not throw it. */
  charge(check: string, fault: Fault): void {
    this.#results.charge(check, this.#redaction.value(fault));
  }

  /** Every check without a result is errored. */
  leaveOpen(fault: Fault): void {
    for (const title of this.#results.undecided()) {
      this.#results.record({ title, status: 'errored', durationMs: 0, fault, ...this.#attached(title) });
    }
  }

  #record(test: Mocha.Test, what: Omit<CheckResult, 'title' | 'durationMs'>): void {
    if (this.#closed) return;
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
