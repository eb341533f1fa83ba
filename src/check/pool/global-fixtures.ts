import { setTimeout as delay } from 'node:timers/promises';
import { makeFault, type Fault } from '../../core/fault.ts';
import type { WorkerProcess } from './worker-process.ts';

/** mocha's global fixtures, which run once in a run, in its first worker. */
export class GlobalFixtures {
  readonly #worker: WorkerProcess;
  #setup: Promise<Fault | undefined> | undefined;
  #isSetUp = false;

  constructor(worker: WorkerProcess) {
    this.#worker = worker;
  }

  /** Runs the setup, unless it was run before. Gives what went wrong in it; to take longer than `limitMs` is wrong. */
  async setUp(limitMs: number): Promise<Fault | undefined> {
    return await (this.#setup ??= this.#setUp(limitMs));
  }

  /** Runs the teardown, where the setup did well. Gives what went wrong in it; to take longer than `limitMs` is wrong. */
  async tearDown(limitMs: number): Promise<string | undefined> {
    if (!this.#isSetUp) return undefined;
    const late = delay(limitMs, `the global fixtures did not end in ${limitMs} ms: they were cut off`, { ref: false });
    return await Promise.race([this.#worker.fixture('teardown').then((fault) => fault?.message), late]);
  }

  async #setUp(limitMs: number): Promise<Fault | undefined> {
    const late = makeFault('check.timeout', `mochaGlobalSetup: not done after ${limitMs} ms (--site-timeout)`);
    const fault = await Promise.race([this.#worker.fixture('setup'), delay(limitMs, late, { ref: false })]);
    this.#isSetUp = fault === undefined;
    return fault;
  }
}
