import Mocha from 'mocha';
import { asError, canRead, fieldOf } from '../../../core/as-error.ts';
import { isPlanned } from './suite-plan.ts';

/** The parts of mocha's Runner that its types leave out. */
interface RunnerInternals {
  hook(name: string, done: (error?: unknown) => void): void;
  runTest(done: (error?: unknown) => void): void;
  _addEventListener(target: unknown, event: string, listener: unknown): void;
  fail(test: Mocha.Runnable, error: unknown, force?: boolean): void;
  suite: Mocha.Suite;
  test?: Mocha.Test;
}

/** What a lane's runner calls. */
export interface RunnerCallbacks {
  /** Runs `step` as part of a check, so that errors of what it starts are charged to that check. */
  within(check: Mocha.Test | undefined, step: () => void): void;
  /** mocha is about to run a test that was not planned. It does not run. */
  onUnplanned(test: Mocha.Test): void;
  /** A test has passed; the next hook runs when `next` is called. */
  onPass(test: Mocha.Test, next: () => void): void;
  /** A test or hook has failed; the next hook runs when `next` is called, never if it is not. */
  onFailure(runnable: Mocha.Runnable, test: Mocha.Test | undefined, error: unknown, next: () => void): void;
}

const MAX_CAUSES = 50;

const Base = Mocha.Runner as unknown as new (suite: Mocha.Suite, options: object) => Mocha.Runner & RunnerInternals;

/**
 * mocha's Runner for one site in one lane. Hundreds of them run at once, so it adds no listeners to the process: the
 * async context of a stray error leads to its attempt instead.
 */
export class LaneRunner extends Base {
  readonly #callbacks: RunnerCallbacks;
  /** What mocha has failed. The `state` of a test or hook is the user's too. */
  readonly #failed = new WeakSet<Mocha.Runnable>();
  /** The test or hook that runs now. */
  executing: Mocha.Runnable | undefined;

  constructor(suite: Mocha.Suite, callbacks: RunnerCallbacks) {
    super(suite, { cleanReferencesAfterRun: false });
    this.#callbacks = callbacks;
    this.on('hook', (hook: Mocha.Hook) => (this.executing = hook));
    this.on('hook end', () => (this.executing = undefined));
  }

  override _addEventListener(target: unknown, event: string, listener: unknown): void {
    if (target !== process) super._addEventListener(target, event, listener);
  }

  /**
   * mocha expects that an error's texts are strings, and follows `cause` to its end. It drops the error of a test or hook
   * that was skipped, also if it failed after that.
   */
  override fail(test: Mocha.Runnable, error: unknown): void {
    this.#failed.add(test);
    super.fail(test, withFiniteCauses(asError(error)), true);
  }

  override hook(name: string, done: (error?: unknown) => void): void {
    const test = testOfHook(name, this.suite, this.test);
    this.#callbacks.within(test, () => {
      super.hook(name, (error?: unknown) => {
        const hook = this.executing;
        this.executing = undefined;
        // A hook that skips its test ends with an error too.
        if (error === undefined || hook === undefined || !this.#failed.has(hook)) done(error);
        else this.#callbacks.onFailure(hook, test, error, () => done(error));
      });
    });
  }

  override runTest(done: (error?: unknown) => void): void {
    const test = this.test;
    if (test !== undefined && !isPlanned(test)) {
      this.#callbacks.onUnplanned(test);
      return done();
    }
    this.executing = test;
    this.#callbacks.within(test, () => {
      super.runTest((error?: unknown) => {
        this.executing = undefined;
        if (test === undefined) return done(error);
        if (error) this.#callbacks.onFailure(test, test, error, () => done(error));
        else if (test.pending) done();
        else this.#callbacks.onPass(test, () => done());
      });
    });
  }
}

/** Causes may be made anew by a getter, without end, or not be readable. Such an error is passed on without them. */
function withFiniteCauses(error: Error): Error {
  const seen = new Set<unknown>();
  let current: unknown = error;
  while (current !== undefined && current !== null && !seen.has(current)) {
    if (seen.size > MAX_CAUSES || !canRead(current, 'cause') || !canRead(current, 'stack')) {
      const plain = new Error(error.message);
      if (error.stack !== undefined) plain.stack = error.stack;
      return plain;
    }
    seen.add(current);
    current = fieldOf(current, 'cause');
  }
  return error;
}

function testOfHook(name: string, suite: Mocha.Suite, current: Mocha.Test | undefined): Mocha.Test | undefined {
  if (name === 'beforeEach' || name === 'afterEach') return current;
  const tests: Mocha.Test[] = [];
  suite.eachTest((test) => void tests.push(test));
  return name === 'beforeAll' ? tests[0] : tests.at(-1);
}
