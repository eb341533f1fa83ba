import Mocha from 'mocha';
import { asError } from '../../../core/as-error.ts';
import { GENERATOR_ADVICE } from './generator-tests.ts';
import { isSkip } from './skip-error.ts';
import { isGeneratorObject } from './suite-callbacks.ts';

/** The parts of mocha's Runnable that its types leave out. */
interface RunnableInternals {
  fn?: unknown;
  run: (done: (error?: unknown) => void) => void;
  emit(event: 'error', error: unknown): boolean;
  listenerCount(event: 'error'): number;
}

type Body = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Reports what mocha drops of the functions of tests and hooks: an error that is thrown after `done()`, an error after
 * `this.skip()` was caught, and a generator that is returned and never runs. Call this once: it changes mocha's prototype.
 */
export function installBodyGuard(): void {
  const prototype = Mocha.Runnable.prototype as unknown as RunnableInternals;
  const { run } = prototype;
  prototype.run = function (this: RunnableInternals & Pick<Mocha.Runnable, 'pending'>, done) {
    const { fn } = this;
    let isDone = false;
    if (typeof fn === 'function') this.fn = guarded(this, fn as Body, () => isDone);
    try {
      run.call(this, (error?: unknown) => {
        isDone = true;
        // An error after a skip that was caught. The skip itself is an error only in a function that is async.
        if (error && !isSkip(error)) this.pending = false;
        done(error);
      });
    } finally {
      this.fn = fn;
    }
  };
}

function guarded(runnable: RunnableInternals, fn: Body, isDone: () => boolean): Body {
  return function (this: unknown, ...args) {
    // mocha copies it when it tries a test again, and counts its parameters.
    runnable.fn = fn;
    try {
      const result = Reflect.apply(fn, this, args);
      if (isGeneratorObject(result)) throw new Error(`it returned a generator, and ${GENERATOR_ADVICE}`);
      return result;
    } catch (error) {
      if (isDone() && !isSkip(error)) report(runnable, error);
      throw error;
    }
  };
}

/** mocha listens to `error`, unless the check has removed its listeners. */
function report(runnable: RunnableInternals, error: unknown): void {
  if (runnable.listenerCount('error') > 0) runnable.emit('error', error);
  else void Promise.reject(asError(error));
}
