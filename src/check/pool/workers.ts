import type { WorkerProcess } from './worker-process.ts';

/** The workers of a pool, each under a key. One that died, or must take no more attempts, is replaced. */
export class Workers {
  readonly #start: () => WorkerProcess;
  readonly #byKey = new Map<string, WorkerProcess>();
  readonly #alive = new Set<WorkerProcess>();
  #kept: WorkerProcess | undefined;

  constructor(start: () => WorkerProcess) {
    this.#start = start;
  }

  /** The worker of a key, started now if there is none that may take an attempt. */
  of(key: string): WorkerProcess {
    const known = this.#byKey.get(key);
    if (known?.isUsable === true) return known;
    const worker = this.#start();
    this.#byKey.set(key, worker);
    this.add(worker);
    return worker;
  }

  /** Takes care of a worker that has no key. */
  add(worker: WorkerProcess): void {
    for (const one of this.#alive) if (one.isDead) this.#alive.delete(one);
    this.#alive.add(worker);
  }

  /** Keeps a worker to the end of the run, even if it must take no more attempts. */
  keep(worker: WorkerProcess): void {
    this.#kept = worker;
  }

  /** Call after an attempt: ends the worker if it has nothing left to do. */
  async endIfSpent(worker: WorkerProcess): Promise<void> {
    if (!worker.isUsable && worker.isIdle && worker !== this.#kept) await worker.stop();
  }

  /** Ends all workers. */
  async stop(): Promise<void> {
    await Promise.all([...this.#alive].map(async (worker) => await worker.stop()));
  }
}
