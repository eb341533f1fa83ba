import type { Waiting } from './waiting.ts';

/** A unit, or the rest of one. */
export interface OpenUnit {
  readonly index: number;
  readonly waiting: Waiting[];
}

/** A site that waited for its first load, and its unit if it is the first of it that a slot takes. */
export interface FirstLoad {
  readonly waiting: Waiting;
  readonly startedUnit?: { readonly index: number; readonly siteIds: string[] };
}

/**
 * The sites that wait for their first load. A slot works through its own unit, then takes the next one. When every unit is
 * taken, it helps with the unit that has the most sites left.
 */
export class OpenUnits {
  /** Units that no slot has. The next one is last: removing from the end of an array is cheap. */
  readonly #free: OpenUnit[];
  readonly #taken = new Map<number, OpenUnit>();
  readonly total: number;
  #count: number;
  #sessions = 1;

  constructor(units: readonly OpenUnit[]) {
    this.#free = units.toReversed();
    this.total = units.reduce((sum, { waiting }) => sum + waiting.length, 0);
    this.#count = this.total;
  }

  /** How many sites wait. */
  get count(): number {
    return this.#count;
  }

  /** The largest number of slots that had a unit at once. */
  get sessions(): number {
    return this.#sessions;
  }

  /** The sites that wait, the next one first. */
  *inLine(): Generator<Waiting, void, void> {
    for (let at = this.#free.length - 1; at >= 0; at -= 1) yield* this.#free[at]?.waiting ?? [];
    for (const { waiting } of this.#taken.values()) yield* waiting;
  }

  /** Takes the next site for a slot. */
  take(slot: number, eligible: (waiting: Waiting) => boolean): FirstLoad | undefined {
    const own = this.#taken.get(slot)?.waiting ?? [];
    const ownAt = own.findIndex(eligible);
    if (ownAt >= 0) return { waiting: this.#remove(own, ownAt) };
    for (let at = this.#free.length - 1; at >= 0; at -= 1) {
      const unit = this.#free[at];
      const first = unit?.waiting.findIndex(eligible) ?? -1;
      if (unit === undefined || first < 0) continue;
      this.#free.splice(at, 1);
      this.giveBack(slot);
      this.#taken.set(slot, unit);
      this.#sessions = Math.max(this.#sessions, this.#taken.size);
      const siteIds = unit.waiting.map((waiting) => waiting.site.id);
      return { waiting: this.#remove(unit.waiting, first), startedUnit: { index: unit.index, siteIds } };
    }
    return this.#helpAnother(eligible);
  }

  /** The slot's session closes: the rest of its unit waits again. */
  giveBack(slot: number): void {
    const unit = this.#taken.get(slot);
    if (unit === undefined) return;
    this.#taken.delete(slot);
    if (unit.waiting.length > 0) this.#free.push(unit);
  }

  /** Removes and returns all. */
  drain(): Waiting[] {
    const units = [...this.#taken.values(), ...this.#free.toReversed()];
    this.#free.length = 0;
    this.#taken.clear();
    this.#count = 0;
    return units.flatMap((unit) => unit.waiting);
  }

  #helpAnother(eligible: (waiting: Waiting) => boolean): FirstLoad | undefined {
    const longestFirst = [...this.#taken.values()].toSorted((a, b) => b.waiting.length - a.waiting.length);
    for (const { waiting } of longestFirst) {
      const at = waiting.findLastIndex(eligible);
      if (at >= 0) return { waiting: this.#remove(waiting, at) };
    }
    return undefined;
  }

  #remove(from: Waiting[], at: number): Waiting {
    const [waiting] = from.splice(at, 1);
    if (waiting === undefined) throw new RangeError(`nothing waits at ${at}`);
    this.#count -= 1;
    return waiting;
  }
}
