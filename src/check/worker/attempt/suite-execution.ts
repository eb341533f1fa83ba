import type Mocha from 'mocha';
import { asError } from '../../../core/as-error.ts';
import { faultOf, type Fault } from '../../../core/fault.ts';
import { innerErrors } from '../../../core/inner-errors.ts';
import { checkOfCaller, laneContext, type AttemptContext } from '../attempt-context.ts';
import { RevokedError } from '../../../wire/wire-error.ts';
import { addCallSite } from '../lane/call-site.ts';
import { definitionOf } from '../lane/definitions.ts';
import { LaneRunner, type RunnerCallbacks } from '../lane/lane-runner.ts';
import type { Lane } from '../lane/lane.ts';
import { LateTestError } from '../lane/late-tests.ts';
import { isTest, titleOf, titleOfRunning } from '../lane/suite-plan.ts';
import type { Deadline, StallClock } from '../stall-clock.ts';
import type { AttemptParts, ProcessLook } from './attempt-parts.ts';
import { isTimeout } from './check-failure.ts';
import type { Examined } from './failure-examiner.ts';
import { withResolvers } from '../../../os/real-builtins.ts';
import { now } from '../../../os/real-timers.ts';

/** What the test or hook that runs gets as its error. Nobody reads it: the attempt's fault says more. */
const CUT = 'the attempt was cut';

export interface SuiteExecutionOptions {
  readonly lane: Lane;
  readonly attempt: AttemptContext;
  readonly hasExtension: boolean;
  readonly process: ProcessLook;
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
  /** Lets mocha go on. It waits while a result is examined. */
  #resume: (() => void) | undefined;
  #hasEnded = false;
  #startedAt = 0;
  #durationMs: number | undefined;
  /** The attempt was cut, and the hooks that are due run. */
  #isCleaning = false;
  #hasFailedHook = false;

  constructor(options: SuiteExecutionOptions) {
    this.#options = options;
  }

  get isStarted(): boolean {
    return this.#runner !== undefined;
  }

  /** How long its hooks and tests took, in ms; undefined until it has run to its end. */
  get durationMs(): number | undefined {
    return this.#durationMs;
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
    const { lane, attempt, hasExtension, parts, process } = this.#options;
    const { record } = parts;
    const runner = new LaneRunner(lane.prepare(attempt.site, attempt.driver, hasExtension), this);
    this.#runner = runner;
    runner.on('pass', (test) => record.passed(test));
    runner.on('pending', (test) => record.pending(test));
    // Hooks run after their test has its result.
    runner.on('hook end', () => record.attachLate());
    // What a hook changes for its tests is still there when they end.
    runner.on('hook end', () => process.look());
    runner.on('test end', () => process.look());
    runner.on('retry', (test: Mocha.Test) => record.retried(test));
    runner.on('fail', (runnable: Mocha.Runnable, error: unknown) => {
      if (isTest(runnable)) record.failed(runnable, error);
      // done() was called twice. The hook is over, so nothing else reports this error.
      else if (runner.executing !== runnable) attempt.onStray(error, checkOfCaller(attempt));
    });
    this.#startedAt = now();
    runner.run(() => {
      this.#hasEnded = true;
      this.#durationMs = Math.round(now() - this.#startedAt);
      onEnd();
    });
  }

  abort(): void {
    this.#runner?.abort();
  }

  /**
   * Ends the test or hook that runs, and runs the `afterEach` and `after` hooks that are due, as mocha does after a time-out:
   * they close what the suite has opened. Call it after `abort`. All of them share `limitMs`, and one may use half of it.
   * Returns whether all have run and none failed for a reason of its own; a hook that needs the driver always fails.
   */
  async cleanUp(clock: StallClock, limitMs: number): Promise<boolean> {
    const runner = this.#runner;
    if (runner === undefined || this.#hasEnded) {
      runner?.dispose();
      return true;
    }
    this.#isCleaning = true;
    const { promise, resolve } = withResolvers<boolean>();
    const deadlines: Deadline[] = [clock.deadline(limitMs, () => resolve(false))];
    const limit = (hook: Mocha.Runnable): void => {
      const cut = (): unknown => runner.executing === hook && this.failRunning(new Error(CUT), undefined);
      deadlines.push(clock.deadline(limitMs / 2, cut));
    };
    runner.on('hook', limit);
    runner.once('end', () => resolve(!this.#hasFailedHook));
    const { executing } = runner;
    if (this.#resume !== undefined) this.#resume();
    else if (executing !== undefined && isCleaningHook(executing)) limit(executing);
    else this.failRunning(new Error(CUT), undefined);
    const isClean = await promise;
    for (const deadline of deadlines) deadline.clear();
    runner.dispose();
    return isClean;
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
    const title = titleOf(test);
    if (!parts.evidence.wantsPassed(title) || this.#isCleaning) return resume();
    this.#resume = resume;
    void parts.evidence.takePassed(title).then(() => {
      if (isEnded()) return;
      this.#resume = undefined;
      resume();
    });
  }

  onFailure(runnable: Mocha.Runnable, test: Mocha.Test | undefined, thrown: unknown, resume: () => void): void {
    const { lane, parts, isEnded, onEnded } = this.#options;
    const { record, examiner } = parts;
    if (this.#isCleaning) {
      this.#hasFailedHook ||= !isTest(runnable) && !isOfDriver(thrown);
      return resume();
    }
    const error = asError(thrown);
    // A time-out and a thrown text have no line of the user's.
    addCallSite(error, definitionOf(runnable));
    if (isTimeout(error)) lane.spoil();
    const behind = record.behind(runnable, test);
    this.#resume = resume;
    this.#examination = examiner.examine(error, behind[0], runnable === test ? '' : runnable.title);
    const goOn = (examined: Examined): void => {
      this.#examination = undefined;
      if (isEnded()) return;
      if (examined.ends !== undefined) return onEnded(examined.ends, examined.fault);
      this.#resume = undefined;
      record.examined(runnable, test, behind, examined.fault);
      resume();
    };
    // mocha would wait for ever for a failure that is not reported.
    this.#examination.then(goOn).catch((reason: unknown) => onEnded('faulted', faultOf(reason)));
  }
}

function isCleaningHook({ type, title }: Mocha.Runnable & { type?: string }): boolean {
  return type === 'hook' && title.includes('"after ');
}

/** The driver of an attempt that was cut refuses each command. */
function isOfDriver(thrown: unknown): boolean {
  return innerErrors(thrown).some((error) => error instanceof RevokedError);
}
