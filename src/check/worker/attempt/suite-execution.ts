import type Mocha from 'mocha';
import { asError } from '../../../core/as-error.ts';
import type { Fault } from '../../../core/fault.ts';
import { checkOfCaller, laneContext, type AttemptContext } from '../attempt-context.ts';
import { addCallSite } from '../lane/call-site.ts';
import { definitionOf } from '../lane/definitions.ts';
import { LaneRunner, type RunnerCallbacks } from '../lane/lane-runner.ts';
import type { Lane } from '../lane/lane.ts';
import { LateTestError } from '../lane/late-tests.ts';
import { isTest, titleOf, titleOfRunning } from '../lane/suite-plan.ts';
import type { AttemptParts } from './attempt-parts.ts';
import { isTimeout } from './check-failure.ts';
import type { Examined } from './failure-examiner.ts';

export interface SuiteExecutionOptions {
  readonly lane: Lane;
  readonly attempt: AttemptContext;
  readonly hasExtension: boolean;
  readonly parts: Pick<AttemptParts, 'record' | 'examiner' | 'evidence'>;
  /** Has the attempt ended? mocha is then not resumed. */
  readonly isEnded: () => boolean;
  /** The attempt ends now, because of what a failure meant. */
  readonly onEnded: (ending: 'faulted' | 'timed-out', fault: Fault) => void;
}

/** Runs a lane's suite once, has each failure examined before mocha goes on, and records what mocha reports. */
export class SuiteExecution implements RunnerCallbacks {
  readonly #options: SuiteExecutionOptions;
  #runner: LaneRunner | undefined;
  #examination: Promise<Examined> | undefined;

  constructor(options: SuiteExecutionOptions) {
    this.#options = options;
  }

  get isStarted(): boolean {
    return this.#runner !== undefined;
  }

  /** The check whose test or hook runs now. */
  get currentCheck(): string | undefined {
    const executing = this.#runner?.executing;
    return executing === undefined ? undefined : titleOfRunning(executing);
  }

  /** The examination of the failure at hand, while it is under way. */
  get examination(): Promise<Examined> | undefined {
    return this.#examination;
  }

  /** @param onEnd called when mocha has run the suite to its end */
  start(onEnd: () => void): void {
    const { lane, attempt, hasExtension, parts } = this.#options;
    const { record } = parts;
    const runner = new LaneRunner(lane.prepare(attempt.site, attempt.driver, hasExtension), this);
    this.#runner = runner;
    runner.on('pass', (test) => record.passed(test));
    runner.on('pending', (test) => record.pending(test));
    // Hooks run after their test has its result.
    runner.on('hook end', () => record.attachLate());
    runner.on('retry', (test: Mocha.Test) => record.retried(test));
    runner.on('fail', (runnable: Mocha.Runnable, error: unknown) => {
      if (isTest(runnable)) record.failed(runnable, error);
      // done() was called twice. The hook is over, so nothing else reports this error.
      else if (runner.executing !== runnable) attempt.onStray(error, checkOfCaller(attempt));
    });
    runner.run(onEnd);
  }

  abort(): void {
    this.#runner?.abort();
  }

  dispose(): void {
    this.#runner?.dispose();
  }

  /**
   * Fails the test or hook that runs now, as if it had thrown `error`. Returns false if nothing runs, or if `check` is
   * given and another check's code runs.
   */
  failRunning(error: Error, check: string | undefined): boolean {
    const executing = this.#runner?.executing;
    if (executing?.callback === undefined || (check !== undefined && check !== this.currentCheck)) return false;
    executing.clearTimeout();
    executing.callback(error);
    return true;
  }

  within(test: Mocha.Test | undefined, step: () => void): void {
    const { lane, attempt } = this.#options;
    laneContext.run({ lane, attempt, check: test === undefined ? undefined : titleOf(test) }, step);
  }

  onUnplanned(test: Mocha.Test): void {
    this.#options.attempt.onLateTest(new LateTestError(test.fullTitle()), undefined);
  }

  onPass(test: Mocha.Test, resume: () => void): void {
    const { parts, isEnded } = this.#options;
    if (!parts.evidence.wantsPassed) return resume();
    void parts.evidence.take(titleOf(test)).then(() => {
      if (!isEnded()) resume();
    });
  }

  onFailure(runnable: Mocha.Runnable, test: Mocha.Test | undefined, thrown: unknown, resume: () => void): void {
    const { lane, parts, isEnded, onEnded } = this.#options;
    const { record, examiner } = parts;
    const error = asError(thrown);
    // A time-out and a thrown text have no line of the user's.
    addCallSite(error, definitionOf(runnable));
    if (isTimeout(error)) lane.spoil();
    const behind = record.behind(runnable, test);
    this.#examination = examiner.examine(error, behind[0], runnable === test ? '' : runnable.title);
    void this.#examination.then((examined) => {
      this.#examination = undefined;
      if (isEnded()) return;
      if (examined.ends !== undefined) return onEnded(examined.ends, examined.fault);
      record.examined(runnable, test, behind, examined.fault);
      resume();
    });
  }
}
