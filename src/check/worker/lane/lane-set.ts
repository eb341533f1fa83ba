import type { WorkerOptions } from '../../protocol.ts';
import { Lane, type Fixture } from './lane.ts';

/** The lanes of one worker: one for each slot, replaced when it is spoiled. */
export class LaneSet {
  readonly #options: WorkerOptions;
  readonly #bySlot = new Map<number, Lane>();
  /** The first lane. It defines the suite, and the first attempt takes it. */
  #first: Lane | undefined;
  #suite = '';
  #fixtures: Readonly<Record<'setup' | 'teardown', readonly Fixture[]>> = { setup: [], teardown: [] };
  #count = 0;
  /** mocha's `describe` and `it` are globals, so lanes load one after the other. */
  #loading: Promise<unknown> = Promise.resolve();

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** mocha's global fixtures, as the first lane has them. */
  get fixtures(): Readonly<Record<'setup' | 'teardown', readonly Fixture[]>> {
    return this.#fixtures;
  }

  /** Loads the suite for the first time. Calls `onFile` before each file. Throws a refusal with every mistake. */
  async loadFirst(onFile: (file: string) => void): Promise<Lane> {
    const lane = await this.#load(onFile);
    this.#first = lane;
    this.#fixtures = lane;
    this.#suite = titlesOf(lane);
    return lane;
  }

  /** The lane of a slot, loaded now if it has none that is clean. Throws if the suite is another one than before. */
  async laneOf(slot: number): Promise<Lane> {
    const known = this.#bySlot.get(slot) ?? this.#first;
    this.#bySlot.delete(slot);
    if (known === this.#first) this.#first = undefined;
    const lane = known === undefined || known.spoiled ? await this.#load(() => {}) : known;
    const found = titlesOf(lane);
    // A module that lanes share may have left a check out. A check that is not there can't fail.
    if (found !== this.#suite)
      throw new Error(`a lane found other checks than the first: ${found || 'none'} instead of ${this.#suite}`);
    this.#bySlot.set(slot, lane);
    return lane;
  }

  #load(onFile: (file: string) => void): Promise<Lane> {
    const lane = this.#loading.then(async () => await Lane.load(++this.#count, this.#options, onFile));
    this.#loading = lane.catch(() => {});
    return lane;
  }
}

function titlesOf(lane: Lane): string {
  return lane.checks.map((check) => `'${check.title}'`).join(', ');
}
