import type Mocha from 'mocha';
import { callSite, type CallSite } from './call-site.ts';

const DEFINED_AT = Symbol('where it() or the hook was called');
type Defined = Mocha.Runnable & { [DEFINED_AT]?: CallSite; retriedTest?(): Mocha.Test | undefined };

const RUNNABLE_EVENTS = ['test', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach'];

/** Remembers for each test and hook that is added to a suite from now on, or to a suite in it, where that was done. */
export function rememberDefinitions(suite: Mocha.Suite): void {
  for (const event of RUNNABLE_EVENTS)
    suite.on(event, (runnable: Defined) => {
      runnable[DEFINED_AT] = callSite();
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
