import type { Arm } from '../core/attempt.ts';
import type { Site } from '../core/site.ts';
import type { WorkUnit } from '../core/unit.ts';
import { Repeats, type Fit } from './repeats.ts';
import { sitesBetween } from './spread.ts';

/** A waiting site, and what its next attempt needs. */
export interface Waiting {
  readonly site: Site;
  /** Only a session of this arm may take it. */
  readonly arm: Arm;
  /** It is a retry: only a session that has taken no site yet may take it. */
  readonly fresh: boolean;
  /** Nodes on which it faulted. */
  readonly avoidNodes: readonly string[];
  /** How many loads the site may still need. They are spread over the rest of the run. Undefined: it comes at once. */
  readonly loadsLeft?: number | undefined;
  /** It rests at least so long, in ms. */
  readonly pauseMs?: number | undefined;
  /** The session of its last attempt closes, so a new one can take it. */
  readonly hasSlot?: boolean | undefined;
}

/** A unit, or the rest of one. */
interface OpenUnit {
  readonly index: number;
  readonly waiting: Waiting[];
}

/** What the queue returns to a slot that asks for a site. */
export type Taken =
  | { readonly kind: 'site'; readonly waiting: Waiting; readonly startedUnit?: { index: number; siteIds: string[] } }
  /** Sites wait, but they need another session. */
  | { readonly kind: 'needs-fresh' }
  /** Sites wait, but this session can take none of them now. */
  | { readonly kind: 'blocked' }
  | { readonly kind: 'empty' };

/** What the queue asks its owner. */
export interface QueueOwner {
  /** The arm that tries a site first. */
  readonly firstArm: (site: Site) => Arm;
  /** Called when a site has rested, so that it may start. */
  readonly rested: () => void;
}

/**
 * The waiting sites. A slot works through its own unit, then takes the next one. When every unit is taken, it helps with
 * the unit that has the most sites left. Sites to try again come first as soon as they are due.
 */
export class WorkQueue {
  readonly #repeats: Repeats;
  /** Units that no slot has. The next one is last: removing from the end of an array is cheap. */
  readonly #free: OpenUnit[];
  readonly #taken = new Map<number, OpenUnit>();
  #count: number;
  /** The largest number of slots that had a unit at once. */
  #sessions = 1;
  /** No waiting site may start until a running one ends or one is added. Saves a search of the whole queue. */
  #nothingToStart = false;

  constructor(units: readonly WorkUnit[], planned: readonly Site[], { firstArm, rested }: QueueOwner) {
    this.#repeats = new Repeats(rested);
    const sites = new Map(planned.map((site) => [site.id, site]));
    const waiting = (site: Site): Waiting => ({ site, arm: firstArm(site), fresh: false, avoidNodes: [] });
    this.#free = units.toReversed().map((unit) => ({
      index: unit.index,
      waiting: unit.siteIds.map((id) => waiting(known(sites, id))),
    }));
    this.#count = units.reduce((sum, unit) => sum + unit.siteIds.length, 0);
  }

  /** How many sites wait. */
  get count(): number {
    return this.#count;
  }

  /** The first waiting site that may start. The next session should suit it. Undefined if none may start. */
  next(mayStart: (site: Site) => boolean): Waiting | undefined {
    if (this.#nothingToStart) return undefined;
    for (const waiting of this.#inLine())
      if (mayStart(waiting.site) && !this.#repeats.isResting(waiting)) return waiting;
    this.#nothingToStart = true;
    return undefined;
  }

  /** Adds a site for another attempt: before the units, or spread over what is left of them. */
  again(waiting: Waiting): void {
    const { loadsLeft = 0, hasSlot = false } = waiting;
    const between = sitesBetween({ waitingCount: this.#firstCount, sessions: this.#sessions, loadsLeft });
    const dueAt = this.#firstCount - between;
    this.#repeats.add(waiting, {
      dueAt,
      summonAt: between === 0 ? dueAt : Math.max(0, dueAt - this.#sessions),
      // What comes at once and is not compared waits for the next session that opens.
      hasSlot: loadsLeft === 0 || (between === 0 && hasSlot),
    });
    this.#count += 1;
    this.#nothingToStart = false;
  }

  /** The slot's session closes: the rest of its unit waits again. */
  giveBack(slot: number): void {
    const unit = this.#taken.get(slot);
    if (unit === undefined) return;
    this.#taken.delete(slot);
    if (unit.waiting.length > 0) this.#free.push(unit);
  }

  /** A site ended, so another one of its host may start. */
  siteEnded(): void {
    this.#nothingToStart = false;
  }

  /** Takes the next site for a slot: the first that `mayStart` and suits the session. */
  take(
    slot: number,
    session: { arm: Arm; fresh: boolean; suits: (w: Waiting) => boolean },
    mayStart: (site: Site) => boolean,
  ): Taken {
    if (this.#count === 0) return { kind: 'empty' };
    if (this.#nothingToStart) return { kind: 'blocked' };
    let wantsFresh = false;
    let noneMayStart = true;
    const fit = (waiting: Waiting): Fit => {
      if (!mayStart(waiting.site)) return 'no';
      const needsOther = waiting.arm !== session.arm || (waiting.fresh && !session.fresh);
      wantsFresh ||= needsOther;
      if (this.#repeats.isResting(waiting)) return 'no';
      noneMayStart = false;
      if (needsOther) return 'needs-session';
      return session.suits(waiting) ? 'fits' : 'other-node';
    };
    const repeat = this.#repeats.takeDue(this.#firstCount, fit);
    if (repeat === 'needs-session') return { kind: 'needs-fresh' };
    if (repeat !== undefined) return this.#taking(repeat.waiting);
    const found = this.#fromUnits(slot, (waiting) => fit(waiting) === 'fits');
    if (found !== undefined) return found;
    const early = this.#repeats.takeAny(fit);
    if (early !== undefined) return this.#taking(early);
    if (wantsFresh) return { kind: 'needs-fresh' };
    this.#nothingToStart = noneMayStart;
    return { kind: 'blocked' };
  }

  /** Says how many sites wait, and why the first one waits. */
  why(reason: (site: Site) => string): string {
    const [first] = this.#inLine();
    return first === undefined ? 'no site waits' : `${this.#count} sites wait: ${reason(first.site)}`;
  }

  /** Removes and returns every waiting site: the run stops, or the grid is lost. */
  drain(): Site[] {
    const units = [...this.#taken.values(), ...this.#free.toReversed()];
    const repeats = this.#repeats.drain();
    const sites = [...repeats, ...units.flatMap((unit) => unit.waiting)].map((waiting) => waiting.site);
    this.#free.length = 0;
    this.#taken.clear();
    this.#count = 0;
    return sites;
  }

  /** How many sites wait for their first load. */
  get #firstCount(): number {
    return this.#count - this.#repeats.count;
  }

  /** A site that is tried again was taken out of the repeats. */
  #taking(waiting: Waiting): Taken {
    this.#count -= 1;
    return { kind: 'site', waiting };
  }

  #fromUnits(slot: number, eligible: (waiting: Waiting) => boolean): Taken | undefined {
    const own = this.#taken.get(slot)?.waiting ?? [];
    const ownAt = own.findIndex(eligible);
    if (ownAt >= 0) return { kind: 'site', waiting: this.#remove(own, ownAt) };
    for (let at = this.#free.length - 1; at >= 0; at -= 1) {
      const unit = this.#free[at];
      const first = unit?.waiting.findIndex(eligible) ?? -1;
      if (unit === undefined || first < 0) continue;
      this.#free.splice(at, 1);
      this.giveBack(slot);
      this.#taken.set(slot, unit);
      this.#sessions = Math.max(this.#sessions, this.#taken.size);
      const siteIds = unit.waiting.map((waiting) => waiting.site.id);
      return { kind: 'site', waiting: this.#remove(unit.waiting, first), startedUnit: { index: unit.index, siteIds } };
    }
    return this.#helpAnother(eligible);
  }

  #helpAnother(eligible: (waiting: Waiting) => boolean): Taken | undefined {
    const longestFirst = [...this.#taken.values()].toSorted((a, b) => b.waiting.length - a.waiting.length);
    for (const { waiting } of longestFirst) {
      const at = waiting.findLastIndex(eligible);
      if (at >= 0) return { kind: 'site', waiting: this.#remove(waiting, at) };
    }
    return undefined;
  }

  *#inLine(): Generator<Waiting, void, void> {
    const firstCount = this.#firstCount;
    yield* this.#repeats.inLine(true, firstCount);
    for (let at = this.#free.length - 1; at >= 0; at -= 1) yield* this.#free[at]?.waiting ?? [];
    for (const { waiting } of this.#taken.values()) yield* waiting;
    yield* this.#repeats.inLine(false, firstCount);
  }

  #remove(from: Waiting[], at: number): Waiting {
    const [waiting] = from.splice(at, 1);
    if (waiting === undefined) throw new RangeError(`nothing waits at ${at}`);
    this.#count -= 1;
    return waiting;
  }
}

function known(sites: ReadonlyMap<string, Site>, id: string): Site {
  const site = sites.get(id);
  if (site === undefined) throw new RangeError(`the plan has a site that is not in the list: ${id}`);
  return site;
}
