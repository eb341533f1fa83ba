import type { WorkerOptions } from '../../protocol.ts';
import { Lane, type Fixture } from './lane.ts';

/** Looks at what each load does to the process, which all lanes share. */
export interface LoadGuard {
  /** Returns `again` if the lane must be loaded again. Throws if the process cannot have a second lane. */
  afterLoad(lane: Lane): Promise<'kept' | 'again'>;
}

/** The lanes of one worker: one for each slot, replaced when it is spoiled. */
export class LaneSet {
  readonly #options: WorkerOptions;
  readonly #guard: LoadGuard;
  readonly #bySlot = new Map<number, Lane>();
  /** Lanes that no slot has taken yet. The first lane defines the suite. */
  readonly #spare: Lane[] = [];
  #suite = '';
  #fixtures: Readonly<Record<'setup' | 'teardown', readonly Fixture[]>> = { setup: [], teardown: [] };
  #count = 0;
  /** mocha's `describe` and `it` are globals, so lanes load one after the other. */
  #loading: Promise<unknown> = Promise.resolve();

  constructor(options: WorkerOptions, guard: LoadGuard) {
    this.#options = options;
    this.#guard = guard;
  }

  /** mocha's global fixtures, as the first lane has them. */
  get fixtures(): Readonly<Record<'setup' | 'teardown', readonly Fixture[]>> {
    return this.#fixtures;
  }

  /** Loads the suite for the first time. Calls `onFile` before each file. Throws a refusal with every mistake. */
  async loadFirst(onFile: (file: string) => void): Promise<Lane> {
    const lane = await this.#load(onFile);
    this.#spare.push(lane);
    this.#fixtures = lane;
    this.#suite = titlesOf(lane);
    return lane;
  }

  /** The lane of a slot, loaded now if it has none that is clean. Throws if the suite is another one than before. */
  async laneOf(slot: number): Promise<Lane> {
    const known = this.#bySlot.get(slot) ?? this.#spare.shift();
    this.#bySlot.delete(slot);
    const lane = known === undefined || known.spoiled ? await this.#load(() => {}) : known;
    const found = titlesOf(lane);
    // A module that lanes share may have left a check out. A check that is not there can't fail.
    if (found !== this.#suite)
      throw new Error(`a lane found other checks than the first: ${found || 'none'} instead of ${this.#suite}`);
    this.#bySlot.set(slot, lane);
    return lane;
  }

  /** Loads a second lane before checks run, so that what each load changes in the process shows. */
  async loadSpare(): Promise<void> {
    this.#spare.push(await this.#load(() => {}));
  }

  #load(onFile: (file: string) => void): Promise<Lane> {
    const lane = this.#loading.then(async () => await this.#loadNow(onFile));
    this.#loading = lane.catch(() => {});
    return lane;
  }

  async #loadNow(onFile: (file: string) => void): Promise<Lane> {
    const lane = await Lane.load(++this.#count, this.#options, onFile);
    return (await this.#guard.afterLoad(lane)) === 'kept' ? lane : await this.#loadNow(onFile);
  }
}

function titlesOf(lane: Lane): string {
  return lane.checks.map((check) => `'${check.title}'`).join(', ');
}
