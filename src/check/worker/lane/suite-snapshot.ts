import type Mocha from 'mocha';
import { runnablesOf } from './generator-tests.ts';

type Properties = Record<string, unknown>;

/** mocha's runner adds and removes listeners itself. */
const NOT_KEPT = new Set(['_events', '_eventsCount', '_maxListeners']);

/** One object as it was. */
interface Kept {
  readonly object: Properties;
  readonly properties: ReadonlyMap<string, unknown>;
}

/**
 * A suite as it was planned: its suites, tests and hooks, with their properties. mocha's own `reset` keeps what hooks
 * and tests change: tests and hooks that they add, time-outs, `this.skip()` of a suite, `bail`.
 */
export class SuiteSnapshot {
  readonly #suites: Mocha.Suite[] = [];
  readonly #kept: readonly Kept[];

  constructor(root: Mocha.Suite) {
    const visit = (suite: Mocha.Suite): void => {
      this.#suites.push(suite);
      for (const inner of suite.suites) visit(inner);
    };
    visit(root);
    const objects = this.#suites.flatMap((suite): object[] => [suite, ...runnablesOf(suite)]);
    this.#kept = objects.map((object) => keptOf(object as Properties));
  }

  /** Makes the suite what it was, also what was put on `this` of its tests. */
  restore(): void {
    for (const { object, properties } of this.#kept) {
      for (const key of Object.keys(object)) if (!properties.has(key) && !NOT_KEPT.has(key)) delete object[key];
      for (const [key, value] of properties) if (!isSame(object[key], value)) object[key] = copyOf(value);
    }
    for (const { ctx } of this.#suites) for (const key of Object.keys(ctx)) delete ctx[key];
  }
}

function keptOf(object: Properties): Kept {
  const entries = Object.entries(object).filter(([key]) => !NOT_KEPT.has(key));
  return { object, properties: new Map(entries.map(([key, value]) => [key, copyOf(value)])) };
}

/** Lists are copied, so that what a test adds to one does not stay. */
function copyOf(value: unknown): unknown {
  return Array.isArray(value) ? [...(value as unknown[])] : value;
}

function isSame(now: unknown, kept: unknown): boolean {
  if (!Array.isArray(kept)) return now === kept;
  return Array.isArray(now) && now.length === kept.length && now.every((item, index) => item === kept[index]);
}
