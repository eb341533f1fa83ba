import { statusOf, type Attachment, type CheckResult } from '../../../core/attempt.ts';
import type { CheckPlan } from '../../../core/check.ts';
import type { Fault } from '../../../core/fault.ts';

/** The results of one attempt's checks. A later error may change one. */
export class CheckResults {
  readonly #planned: readonly CheckPlan[];
  readonly #onResult: (result: CheckResult) => void;
  readonly #results = new Map<string, CheckResult>();
  /** Faults of checks that have no result yet. When it comes, it can't be passed or skipped. */
  readonly #early = new Map<string, Fault>();

  /** `onResult` receives each result, and again each result that a later error changes. */
  constructor(planned: readonly CheckPlan[], onResult: (result: CheckResult) => void) {
    this.#planned = planned;
    this.#onResult = onResult;
  }

  get(title: string): CheckResult | undefined {
    return this.#results.get(title);
  }

  /** Records a result. A check that has failed stays failed: a copy of its test may run again, and pass. */
  record(result: CheckResult): void {
    const known = this.#results.get(result.title);
    const fault = this.#early.get(result.title) ?? (known === undefined || isGood(known) ? undefined : known.fault);
    const final = fault !== undefined && isGood(result) ? spoiled(result, fault) : result;
    this.#results.set(result.title, final);
    this.#onResult(final);
  }

  /** Charges a check with a fault that it did not throw itself. A check that has a fault keeps its own. */
  charge(title: string, fault: Fault, attachments: readonly Attachment[] = []): void {
    const result = this.#results.get(title);
    if (result === undefined) this.#early.set(title, fault);
    else if (isGood(result))
      this.record({ ...spoiled(result, fault), ...(attachments.length === 0 ? {} : { attachments }) });
  }

  /** Gives every result the files that its check has by now. */
  attach(filesOf: (title: string) => readonly Attachment[]): void {
    for (const result of this.#results.values()) {
      const files = filesOf(result.title);
      const { attachments: before = [], ...rest } = result;
      if (files.length === before.length && files.every((file, index) => file === before[index])) continue;
      this.record(files.length === 0 ? rest : { ...rest, attachments: files });
    }
  }

  /** In the order of the suite. */
  list(): CheckResult[] {
    return this.#planned.flatMap((check) => this.#results.get(check.title) ?? []);
  }

  /** Planned checks without a result. */
  undecided(): string[] {
    return this.#planned.map((check) => check.title).filter((title) => !this.#results.has(title));
  }

  /** The first check of the suite. */
  first(): string {
    return this.#planned[0]?.title ?? '';
  }

  /** The check that was decided last, for errors that belong to no known check. */
  last(): string | undefined {
    return [...this.#results.keys()].at(-1);
  }
}

function isGood(result: CheckResult): boolean {
  return result.status === 'passed' || result.status === 'skipped';
}

function spoiled(result: CheckResult, fault: Fault): CheckResult {
  const { reason: _reason, rescued: _rescued, ...rest } = result;
  return { ...rest, status: statusOf(fault), fault };
}
