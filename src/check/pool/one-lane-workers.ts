import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import type { AttemptOrder } from '../../core/ports.ts';
import { untilAborted } from '../../wire/until-aborted.ts';
import { interrupted } from './worker-death.ts';
import type { WorkerOutcome, WorkerProcess } from './worker-process.ts';

/** What a worker takes, with some to spare for its checks. */
const WORKER_BYTES = 150 * 1024 * 1024;

export interface OneLaneOptions {
  /** Starts a worker for one lane. */
  readonly start: () => WorkerProcess;
  /** Resolves when the attempts have ended that started before the sites had to take turns. */
  readonly othersEnded: () => Promise<unknown>;
}

/**
 * Workers of one lane each, for suites whose checks change what a process owns. A worker is used again as long as its
 * attempts leave the process as they found it. Checks that need the same fixed port run one at a time.
 */
export class OneLaneWorkers {
  readonly #options: OneLaneOptions;
  readonly #sites = new Set<string>();
  readonly #free: WorkerProcess[] = [];
  readonly #parallel = pLimit(maxProcesses());
  readonly #serial = pLimit(1);
  #isForAll = false;
  #isSerial = false;

  constructor(options: OneLaneOptions) {
    this.#options = options;
  }

  /** From now on these sites are tried here. */
  add(siteIds: readonly string[]): void {
    for (const id of siteIds) this.#sites.add(id);
  }

  /** From now on all sites are tried here. */
  addAll(): void {
    this.#isForAll = true;
  }

  /** From now on all sites are tried here, one at a time. Returns false if that is so already. */
  addAllOneByOne(): boolean {
    if (this.#isSerial) return false;
    this.#isForAll = this.#isSerial = true;
    return true;
  }

  /** Are all sites tried one at a time? */
  get isSerial(): boolean {
    return this.#isSerial;
  }

  isFor(siteId: string): boolean {
    return this.#isForAll || this.#sites.has(siteId);
  }

  /** Runs an attempt when it is its turn. Rejects if the run is stopped before. */
  async attempt(order: AttemptOrder): Promise<WorkerOutcome> {
    const isSerial = this.#isSerial;
    const turn = Promise.withResolvers<void>();
    const attempt = (isSerial ? this.#serial : this.#parallel)(async () => {
      if (isSerial) await this.#options.othersEnded();
      turn.resolve();
      return order.signal.aborted ? interrupted(new Map()) : await this.#attemptNow(order);
    });
    await untilAborted(turn.promise, order.signal);
    return await attempt;
  }

  async #attemptNow(order: AttemptOrder): Promise<WorkerOutcome> {
    for (;;) {
      const worker = this.#free.pop() ?? this.#options.start();
      await worker.suite.done;
      // All of them use the one lane that the worker has.
      const outcome = await worker.attempt({ ...order, slot: 0 });
      if (!worker.isUsable) await worker.stop();
      else this.#free.push(worker);
      if (outcome !== 'declined') return outcome;
    }
  }
}

/** As many processes as memory allows, and at least one per core. */
function maxProcesses(): number {
  return Math.max(availableParallelism(), Math.floor(process.availableMemory() / 2 / WORKER_BYTES));
}
