import type Mocha from 'mocha';
import { callSite, type CallSite } from './call-site.ts';

const DEFINED_AT = Symbol('where it() or the hook was called');
type Defined = Mocha.Runnable & { [DEFINED_AT]?: CallSite; retriedTest?(): Mocha.Test | undefined };

/** What a runnable is. mocha names the events for these. */
export type RunnableKind = 'test' | 'beforeAll' | 'beforeEach' | 'afterAll' | 'afterEach';

const KINDS: readonly RunnableKind[] = ['test', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach'];
const kinds = new WeakMap<Mocha.Runnable, RunnableKind>();

/**
 * Remembers for each test and hook that is added to a suite from now on, or to a suite in it, what it is and where that
 * was done.
 */
export function rememberDefinitions(suite: Mocha.Suite): void {
  for (const kind of KINDS)
    suite.on(kind, (runnable: Defined) => {
      runnable[DEFINED_AT] = callSite();
      kinds.set(runnable, kind);
    });
  suite.on('suite', rememberDefinitions);
}

/** Where the test's `it` or the hook stands. Undefined if gridrun made it itself. */
export function definitionOf(runnable: Mocha.Runnable): CallSite | undefined {
  const defined: Defined = runnable;
  // A test that mocha tries again is a copy.
  const original: Defined | undefined = defined.retriedTest?.();
  return defined[DEFINED_AT] ?? original?.[DEFINED_AT];
}

/** The kind of a hook. Undefined if it came into the suite past mocha's functions. Its title may be anything. */
export function kindOf(hook: Mocha.Runnable): RunnableKind | undefined {
  return kinds.get(hook);
}
