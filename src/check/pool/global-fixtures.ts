import { setTimeout as delay } from 'node:timers/promises';
import { makeFault, type Fault } from '../../core/fault.ts';
import type { WorkerProcess } from './worker-process.ts';

/** mocha's global fixtures. They run once per run, in its first worker. */
export class GlobalFixtures {
  readonly #worker: WorkerProcess;
  #setup: Promise<Fault | undefined> | undefined;
  #isSetUp = false;

  constructor(worker: WorkerProcess) {
    this.#worker = worker;
  }

  /** Runs the setup once. Returns what went wrong in it; taking longer than `limitMs` is a fault. Never rejects. */
  async setUp(limitMs: number): Promise<Fault | undefined> {
    return await (this.#setup ??= this.#setUp(limitMs));
  }

  /** Runs the teardown if the setup succeeded. Returns what went wrong in it, such as taking longer than `limitMs`. */
  async tearDown(limitMs: number): Promise<string | undefined> {
    if (!this.#isSetUp) return undefined;
    const late = delay(limitMs, `mochaGlobalTeardown did not end within ${limitMs} ms and was cut off`, { ref: false });
    return await Promise.race([this.#worker.fixture('teardown').then((fault) => fault?.message), late]);
  }

  async #setUp(limitMs: number): Promise<Fault | undefined> {
    const late = makeFault('check.timeout', `mochaGlobalSetup did not finish within ${limitMs} ms (--site-timeout)`);
    const fault = await Promise.race([this.#worker.fixture('setup'), delay(limitMs, late, { ref: false })]);
    this.#isSetUp = fault === undefined;
    return fault;
  }
}
