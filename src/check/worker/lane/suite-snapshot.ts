import type Mocha from 'mocha';
import { runnablesOf } from './generator-tests.ts';

type Properties = Record<string, unknown>;

/** mocha's runner adds and removes listeners itself. */
const NOT_KEPT = new Set(['_events', '_eventsCount', '_maxListeners']);

/**
 * A suite as it was planned: its suites, tests and hooks, with their properties. mocha's own `reset` keeps what hooks
 * and tests change: tests and hooks that they add, time-outs, `this.skip()` of a suite, `bail`.
 */
export class SuiteSnapshot {
  readonly #suites: Mocha.Suite[] = [];
  readonly #kept: readonly (readonly [Properties, Properties])[];

  constructor(root: Mocha.Suite) {
    const visit = (suite: Mocha.Suite): void => {
      this.#suites.push(suite);
      for (const inner of suite.suites) visit(inner);
    };
    visit(root);
    const objects = this.#suites.flatMap((suite): object[] => [suite, ...runnablesOf(suite)]);
    this.#kept = objects.map((object) => [object as Properties, copyOf(object as Properties)]);
  }

  /** Makes the suite what it was, also what was put on `this` of its tests. */
  restore(): void {
    for (const [object, kept] of this.#kept) {
      for (const key of Object.keys(object)) if (!(key in kept) && !NOT_KEPT.has(key)) delete object[key];
      Object.assign(object, copyOf(kept));
    }
    for (const { ctx } of this.#suites) for (const key of Object.keys(ctx)) delete ctx[key];
  }
}

/** A copy of an object and of the lists in it. */
function copyOf(object: Properties): Properties {
  const entries = Object.entries(object).filter(([key]) => !NOT_KEPT.has(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, Array.isArray(value) ? [...value] : value]));
}
