import Mocha from 'mocha';
import type { Deadline, StallClock } from '../stall-clock.ts';

/** The parts of mocha's Runnable that its types leave out. */
interface Runnable {
  callback?: (error: Error) => void;
  duration?: number;
  timeout(): number;
  clearTimeout: () => void;
  resetTimeout: () => void;
  run: (done: (error?: unknown) => void) => void;
  timedOut: boolean;
  _timeoutError: (ms: number) => Error;
  [DEADLINE]?: Deadline | undefined;
  [ENDED_BY_TIMER]?: boolean;
}

const DEADLINE = Symbol('deadline');
/** mocha's own errors for a time-out. A check's error may have the same code. */
const timeouts = new WeakSet<object>();
const ENDED_BY_TIMER = Symbol('ended by timer');

/**
 * Makes the time-outs of all tests and hooks in this process leave out the time in which the event loop stood still.
 * This changes mocha's prototype, because mocha has no option for it. In a worker all runnables are gridrun's.
 */
export function installStallAwareTimeouts(clock: StallClock): void {
  const prototype = Mocha.Runnable.prototype as unknown as Runnable;
  const { run, _timeoutError: timeoutError } = prototype;

  prototype._timeoutError = function (this: Runnable, ms: number) {
    const error = timeoutError.call(this, ms);
    timeouts.add(error);
    return error;
  };

  prototype.clearTimeout = function (this: Runnable) {
    this[DEADLINE]?.clear();
    this[DEADLINE] = undefined;
  };

  prototype.resetTimeout = function (this: Runnable) {
    this.clearTimeout();
    const limitMs = this.timeout();
    if (limitMs === 0) return;
    this[DEADLINE] = clock.deadline(limitMs, () => {
      this[ENDED_BY_TIMER] = true;
      this.callback?.(this._timeoutError(limitMs));
      this.timedOut = true;
    });
  };

  prototype.run = function (this: Runnable, done: (error?: unknown) => void) {
    const stalledBefore = clock.stalledMs();
    this[ENDED_BY_TIMER] = false;
    let waited = false;
    run.call(this, (error?: unknown) => {
      // mocha compares a finished test's duration with its limit again. A test that never waited caused the stall itself.
      const forgiven =
        waited &&
        this[ENDED_BY_TIMER] !== true &&
        timeouts.has(error as object) &&
        (this.duration ?? 0) - (clock.stalledMs() - stalledBefore) <= this.timeout();
      done(forgiven ? undefined : error);
    });
    waited = true;
  };
}
