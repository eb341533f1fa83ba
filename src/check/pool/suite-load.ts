import type { CheckPlan } from '../../core/check.ts';
import { GridrunError } from '../../core/fault.ts';
import { namesOf } from '../../text/names-of.ts';
import type { WorkerLoaded, WorkerRefusal } from '../protocol.ts';
import { loadDeath, type WorkerDeath } from './worker-death.ts';

const HINT =
  'define the same checks each time the files are loaded: no times or random numbers in titles, and no tests that depend on what an earlier load left';

/** How a worker loads the suite: the first one of a run makes the plan, each later one must find the same checks. */
export class SuiteLoad {
  /** The suite that the worker must find; empty for the first one. */
  readonly #planned: readonly CheckPlan[];
  readonly #done = Promise.withResolvers<readonly CheckPlan[]>();
  #checks: readonly CheckPlan[] = [];
  #hasFixtures = false;
  #files: readonly string[] = [];
  /** The file that the worker loads, for the message if it dies. */
  file = '';

  constructor(planned: readonly CheckPlan[]) {
    this.#planned = planned;
    this.#done.promise.catch(() => {});
  }

  /** Resolves with the suite's checks. Rejects with a refusal, or with `runner.lane` if it is not the planned suite. */
  get done(): Promise<readonly CheckPlan[]> {
    return this.#done.promise;
  }

  /** The suite's checks. Empty until it is loaded. */
  get checks(): readonly CheckPlan[] {
    return this.#checks;
  }

  /** Does the suite have global fixtures? Known once it is loaded. */
  get hasFixtures(): boolean {
    return this.#hasFixtures;
  }

  /** The user's modules that the suite is made of. Known once it is loaded. */
  get files(): readonly string[] {
    return this.#files;
  }

  /** Returns false if the worker must run nothing. */
  onLoaded({ checks, hasFixtures, files }: WorkerLoaded): boolean {
    const other = this.#planned.length === 0 ? undefined : otherSuite(this.#planned, checks);
    if (other !== undefined) {
      this.#done.reject(other);
      return false;
    }
    this.#checks = checks;
    this.#hasFixtures = hasFixtures;
    this.#files = files;
    this.#done.resolve(checks);
    return true;
  }

  /** The worker could not load the suite. If another one could, it is no mistake that ends the run. */
  onRefused(refusal: WorkerRefusal): void {
    this.#done.reject(this.#planned.length === 0 ? refusalOf(refusal) : notLoadedAgain(refusal));
  }

  onDeath(death: WorkerDeath): void {
    this.#done.reject(loadDeath(this.file, death));
  }
}

function refusalOf({ code, message, mistakes, hint }: WorkerRefusal): GridrunError {
  return new GridrunError(code, message, { mistakes, hint, atStart: true });
}

/**
 * The error of a worker whose suite is not the planned one; undefined if it is. A check that is not there can't fail, and
 * results under another title belong to no check of the plan.
 */
function otherSuite(planned: readonly CheckPlan[], found: readonly CheckPlan[]): GridrunError | undefined {
  const [old, fresh] = [planned, found].map((checks) => checks.map(({ title }) => title)) as [string[], string[]];
  if (old.length === fresh.length && old.every((title, index) => title === fresh[index])) return undefined;
  const gone = missingFrom(fresh, old);
  const added = missingFrom(old, fresh);
  const differences = [
    ...(gone.length === 0 ? [] : [`without ${shown(gone)}`]),
    ...(added.length === 0 ? [] : [`with ${shown(added)}`]),
  ];
  return notPlanned(`found other checks than the first: ${differences.join(', ') || 'in another order'}`);
}

/** The error of a worker that could not load the suite, which another worker has loaded before. */
function notLoadedAgain({ message, mistakes }: WorkerRefusal): GridrunError {
  return notPlanned(`could not load the check files again: ${[message, ...mistakes].join('\n')}`);
}

function notPlanned(what: string): GridrunError {
  return new GridrunError('runner.lane', `a worker ${what}`, { hint: HINT });
}

function missingFrom(titles: readonly string[], wanted: readonly string[]): string[] {
  const known = new Set(titles);
  return wanted.filter((title) => !known.has(title));
}

function shown(titles: readonly string[]): string {
  return namesOf(titles.map((title) => `'${title}'`));
}
