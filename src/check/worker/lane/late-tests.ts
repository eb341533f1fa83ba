import Mocha from 'mocha';

/** A test that was made while a site ran. It is in no plan, so it does not run. */
export class LateTestError extends Error {
  constructor(title: string) {
    super(`the test ${JSON.stringify(title)} was made while a site ran, so it is in no plan and did not run`);
    this.name = 'LateTestError';
  }
}

/** The parts of mocha's Suite that its types leave out. */
interface SuiteInternals {
  addTest: (test: Mocha.Test) => Mocha.Suite;
  addSuite: (suite: Mocha.Suite) => Mocha.Suite;
}

const sealed = new WeakMap<object, (error: LateTestError) => void>();

/** Call this once: it changes mocha's prototype. From then on, suites can be sealed. */
export function installLateTestGuard(): void {
  const prototype = Mocha.Suite.prototype as unknown as SuiteInternals;
  const { addTest, addSuite } = prototype;
  prototype.addTest = function (this: Mocha.Suite, test) {
    const onLate = sealed.get(rootOf(this));
    if (onLate === undefined) return addTest.call(this, test);
    // `it.only` and `fullTitle` need the parent.
    Object.assign(test, { parent: this, ctx: this.ctx });
    onLate(new LateTestError(test.fullTitle()));
    return this;
  };
  prototype.addSuite = function (this: Mocha.Suite, suite) {
    const onLate = sealed.get(rootOf(this));
    if (onLate === undefined) return addSuite.call(this, suite);
    // It leads to the sealed root, but the root does not lead to it.
    Object.assign(suite, { parent: this, root: false });
    suite.eachTest((test) => onLate(new LateTestError(test.fullTitle())));
    return this;
  };
}

/** Keeps new tests out of a planned suite, and calls `onLate` for each. */
export function sealSuite(root: Mocha.Suite, onLate: (error: LateTestError) => void): void {
  sealed.set(root, onLate);
}

function rootOf(suite: Mocha.Suite): Mocha.Suite {
  let root = suite;
  while (root.parent !== undefined) root = root.parent;
  return root;
}
