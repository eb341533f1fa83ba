import Mocha from 'mocha';

/** What to do about a generator. */
export const GENERATOR_ADVICE = 'mocha does not run generators: make it an async function';

/** The parts of mocha's Suite that its types leave out. */
interface SuiteInternals {
  _createHook: (title: string, fn: unknown) => Mocha.Hook;
  addTest: (test: Mocha.Test) => Mocha.Suite;
}

/** For each test or hook that is a generator, an error whose stack leads to it. */
const found = new WeakMap<Mocha.Runnable, Error>();

/**
 * Finds tests and hooks that are generators. mocha would call them, which runs none of their code, and let them pass.
 * A generator function is found when it is added. Call this once: it changes mocha's prototype.
 */
export function installGeneratorGuard(): void {
  const suite = Mocha.Suite.prototype as unknown as SuiteInternals;
  const { addTest, _createHook: createHook } = suite;
  suite.addTest = function (this: SuiteInternals, test) {
    remember(test);
    return addTest.call(this, test);
  };
  suite._createHook = function (this: SuiteInternals, title, fn) {
    const hook = createHook.call(this, title, fn);
    remember(hook);
    return hook;
  };
}

/** An error for each test and hook of the suite that is a generator. */
export function generatorsIn(root: Mocha.Suite): Error[] {
  const errors: Error[] = [];
  const visit = (suite: Mocha.Suite): void => {
    for (const runnable of runnablesOf(suite)) errors.push(...[found.get(runnable) ?? []].flat());
    for (const inner of suite.suites) visit(inner);
  };
  visit(root);
  return errors;
}

/** The tests and hooks of one suite, without those of its inner suites. */
export function runnablesOf(suite: Mocha.Suite): Mocha.Runnable[] {
  const hooks = suite as unknown as Record<'_beforeAll' | '_beforeEach' | '_afterEach' | '_afterAll', Mocha.Hook[]>;
  return [...hooks._beforeAll, ...hooks._beforeEach, ...suite.tests, ...hooks._afterEach, ...hooks._afterAll];
}

function remember(runnable: Mocha.Runnable): void {
  const { fn, title } = runnable as Mocha.Runnable & { fn?: unknown };
  const kind = Object.prototype.toString.call(fn);
  if (kind !== '[object GeneratorFunction]' && kind !== '[object AsyncGeneratorFunction]') return;
  found.set(runnable, new Error(`${JSON.stringify(title)} is a generator; ${GENERATOR_ADVICE}`));
}
