import { AbortController } from './real-builtins.ts';

/**
 * The clock and the timers of this process, taken before any check can replace the globals with fake ones. Code that runs
 * in a worker uses these, so that a check's fake clock fires no deadline of gridrun. Import this module before the
 * files of checks.
 */
export const { setTimeout, clearTimeout, setInterval } = globalThis;

/** `performance.now()`: ms since the process started. */
export const now: () => number = performance.now.bind(performance);

/** `Date.now()`: ms since 1970. */
export const wallClock: () => number = Date.now.bind(Date);

/** A signal that aborts after `ms`. It does not keep the process alive. */
export function abortAfter(ms: number): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error(`it took longer than ${ms} ms`)), ms).unref();
  return controller.signal;
}
