import type { LaneGlobals } from './lane-globals.ts';

type Describe = ((title: unknown, body?: unknown) => unknown) & { only?: Describe; skip?: Describe };

/**
 * Makes a lane's `describe` report a callback that returns a promise or a generator. mocha does not wait for it, so the
 * tests that it makes would be lost. `onAsync` receives an error whose stack leads to the `describe`. Call this for each
 * file, after mocha has set the globals.
 */
export function refuseAsyncDescribe(globals: LaneGlobals, onAsync: (error: Error) => void): void {
  const { describe, xdescribe } = globals as { describe: Describe; xdescribe: Describe };
  const guarded: Describe = guard(describe, onAsync);
  if (describe.only !== undefined) guarded.only = guard(describe.only, onAsync);
  guarded.skip = guard(xdescribe, onAsync);
  globals['describe'] = globals['context'] = guarded;
  globals['xdescribe'] = globals['xcontext'] = guarded.skip;
}

function guard(original: Describe, onAsync: (error: Error) => void): Describe {
  return (title, body) => {
    if (typeof body !== 'function') return original(title, body);
    const error = new Error(`the callback of describe(${JSON.stringify(title)}) must not be async or a generator`);
    return original(title, function (this: unknown): void {
      const result: unknown = Reflect.apply(body, this, []);
      if (!isPromise(result) && !isGeneratorObject(result)) return;
      onAsync(error);
      // The refusal names the place. Errors that come later add nothing.
      if (isPromise(result)) result.then(undefined, () => {});
    });
  };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** Is it what a call of a generator function returns? An iterator of an array has no `throw`. */
export function isGeneratorObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { next, throw: fail } = value as { next?: unknown; throw?: unknown };
  return typeof next === 'function' && typeof fail === 'function';
}
