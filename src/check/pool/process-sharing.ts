import type { AttemptOrder, AttemptOutcome } from '../../core/ports.ts';
import { OneLaneWorkers, type OneLaneOptions } from './one-lane-workers.ts';
import { namesOf } from '../../text/names-of.ts';
import { repeated } from './worker-death.ts';
import type { SharedChange, WorkerOutcome } from './worker-process.ts';

export interface ProcessSharingOptions extends Pick<OneLaneOptions, 'start'> {
  /** Tells the user. */
  readonly warn: (text: string) => void;
}

/** An attempt that runs. */
interface Running {
  /** Another attempt ran at the same time, so that their fixed ports may have met. */
  hadCompany: boolean;
  readonly ended: Promise<unknown>;
}

/** So many times may checks change their process before all sites get a process of their own. */
const MAX_CHANGES = 1;

/**
 * Knows which sites must not share a process with others, because their checks change what a process owns. It learns this
 * as they do, has the sites that ran beside them repeated, and tells the user once.
 */
export class ProcessSharing {
  readonly #options: ProcessSharingOptions;
  readonly #oneLane: OneLaneWorkers;
  readonly #running = new Set<Running>();
  #changes = 0;

  constructor(options: ProcessSharingOptions) {
    this.#options = options;
    this.#oneLane = new OneLaneWorkers({ start: options.start, othersEnded: async () => await this.#ended() });
  }

  /** Runs an attempt in a process of its own if its site must have one, and otherwise as `shared` does. */
  async attempt(order: AttemptOrder, shared: () => Promise<WorkerOutcome | 'declined'>): Promise<AttemptOutcome> {
    for (;;) {
      const isSerial = this.#oneLane.isSerial;
      const isAlone = this.#oneLane.isFor(order.site.id);
      const ended = Promise.withResolvers<void>();
      const running: Running = { hadCompany: this.#running.size > 0, ended: ended.promise };
      if (!isSerial) this.#add(running);
      try {
        const outcome = isAlone ? await this.#oneLane.attempt(order) : await shared();
        if (outcome === 'declined') continue;
        const { addressInUse, ...rest } = outcome;
        if (addressInUse === undefined || isSerial || !running.hadCompany || order.signal.aborted) return rest;
        this.#onAddressInUse(addressInUse);
        return repeated(`another site had ${addressInUse}`);
      } finally {
        this.#running.delete(running);
        ended.resolve();
      }
    }
  }

  /** Call when a worker reports that what its lanes share has changed. */
  onChange({ what, siteIds, byLoad }: SharedChange): void {
    if (siteIds.length < 2 && !byLoad) return;
    this.#changes += 1;
    this.#oneLane.add(siteIds);
    if (byLoad || this.#changes > MAX_CHANGES) this.#oneLane.addAll();
    if (this.#changes > 1) return;
    const changed = namesOf(what);
    this.#options.warn(
      byLoad
        ? `each load of the check files changes what a process owns (${changed}), so each session gets a process of its own`
        : `a check changed what its process owns (${changed}), so gridrun repeats the sites that ran beside it, each in a process of its own`,
    );
  }

  #onAddressInUse(address: string): void {
    if (!this.#oneLane.addAllOneByOne()) return;
    this.#options.warn(
      `checks of several sites need ${address}, so gridrun tries the sites one at a time from now on: listen on port 0 instead`,
    );
  }

  #add(running: Running): void {
    for (const other of this.#running) other.hadCompany = true;
    this.#running.add(running);
  }

  async #ended(): Promise<void> {
    await Promise.all([...this.#running].map(async ({ ended }) => await ended));
  }
}
