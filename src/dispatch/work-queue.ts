import type { Arm } from '../core/attempt.ts';
import type { Site } from '../core/site.ts';
import type { WorkUnit } from '../core/unit.ts';
import type { Asker } from './asker.ts';
import { firstUncovered, type CoverRules } from './cover.ts';
import { DueTimes, type Due } from './due.ts';
import { OpenUnits, type FirstLoad } from './open-units.ts';
import { Repeats } from './repeats.ts';
import type { Fit } from './session-fit.ts';
import type { Slot } from './slot.ts';
import type { Waiting } from './waiting.ts';

/** What the queue returns to a slot that asks for a site. */
export type Taken =
  | ({ readonly kind: 'site' } & FirstLoad)
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

/** While first loads wait, a session does a few loads of comparisons one after another. */
const MEANWHILE: CoverRules = { inRow: 3, countsBusy: true };
/** What is urgent waits for no session that still runs a site. */
const AT_ONCE: CoverRules = { inRow: 1, countsBusy: false };

type MayStart = (site: Site) => boolean;

/** The waiting sites. Sites to try again come first as soon as they are due, then the units. */
export class WorkQueue {
  readonly #repeats: Repeats;
  readonly #units: OpenUnits;
  readonly #dueTimes = new DueTimes();
  /** No waiting site may start until a running one ends or one is added. Saves a search of the whole queue. */
  #nothingToStart = false;

  constructor(units: readonly WorkUnit[], planned: readonly Site[], { firstArm, rested }: QueueOwner) {
    this.#repeats = new Repeats(rested);
    const sites = new Map(planned.map((site) => [site.id, site]));
    const first = (site: Site): Waiting => ({ site, arm: firstArm(site), fresh: false, avoidNodes: [] });
    this.#units = new OpenUnits(
      units.map(({ index, siteIds }) => ({ index, waiting: siteIds.map((id) => first(known(sites, id))) })),
    );
  }

  /** How many sites wait. */
  get count(): number {
    return this.#units.count + this.#repeats.count;
  }

  /**
   * The site that the next session should suit: the first one that may start and that none of the `slots` takes soon.
   * Undefined if there is none.
   */
  next(mayStart: MayStart, slots: readonly Slot[]): Waiting | undefined {
    if (this.#nothingToStart) return undefined;
    const due = this.#lacking('dueAt', slots, (waiting) => mayStart(waiting.site));
    if (due !== undefined) return due;
    const controls: Waiting[] = [];
    for (const waiting of this.#units.inLine()) {
      if (!mayStart(waiting.site)) continue;
      // One session takes the first loads of the control one after another. Those of the build are for every slot.
      controls.push(waiting);
      if (waiting.arm === 'subject' || firstUncovered(controls, slots, MEANWHILE) !== undefined) return waiting;
    }
    if (controls.length > 0) return undefined;
    this.#nothingToStart = !this.canStart(mayStart);
    return this.#lacking('anyAt', slots, (waiting) => mayStart(waiting.site));
  }

  /** May any waiting site start? */
  canStart(mayStart: MayStart): boolean {
    if (this.#nothingToStart) return false;
    return this.#inLine().some((waiting) => mayStart(waiting.site) && !this.#repeats.isResting(waiting));
  }

  /** Adds a site for another attempt: before the units, or spread over what is left of them. */
  again(waiting: Waiting): void {
    this.#repeats.add(waiting, this.#dueTimes.of(waiting, this.#units));
    this.mayStart();
  }

  /** The slot's session closes: the rest of its unit waits again. */
  giveBack(slot: number): void {
    this.#units.giveBack(slot);
  }

  /** A site ended after `durationMs`, so another one of its host may start. */
  siteEnded(durationMs: number): void {
    this.#dueTimes.ended(durationMs);
    this.mayStart();
  }

  /** A waiting site may start that could not before. */
  mayStart(): void {
    this.#nothingToStart = false;
  }

  /** Takes the next site for a slot: the first that `mayStart` and suits the session. */
  take(slot: number, asker: Asker, mayStart: MayStart): Taken {
    if (this.count === 0) return { kind: 'empty' };
    if (this.#nothingToStart) return { kind: 'blocked' };
    let canStart = false;
    const fit = (waiting: Waiting): Fit => {
      if (!mayStart(waiting.site) || this.#repeats.isResting(waiting)) return 'no';
      canStart = true;
      return asker.fit(waiting);
    };
    const suits = (waiting: Waiting): boolean => mayStart(waiting.site) && asker.suitsNode(waiting);
    const isLacking = (when: keyof Due): boolean => {
      if (this.#repeats.count === 0) return false;
      const slots = asker.slots();
      return slots !== undefined && this.#lacking(when, slots, suits, asker.slot) !== undefined;
    };
    const taker = { ...asker, fit };
    const repeat = (when: keyof Due): Waiting | undefined => this.#repeats.take(when, this.#units.count, taker);

    const due = repeat('urgentAt') ?? repeat('dueAt');
    if (due !== undefined) return { kind: 'site', waiting: due };
    if (isLacking('lateAt')) return { kind: 'needs-fresh' };
    // Else the session would close, and another one open for them later.
    const early = asker.arm === 'control' ? repeat('earlyAt') : undefined;
    if (early !== undefined) return { kind: 'site', waiting: early };
    let needsOther = false;
    const first = this.#units.take(slot, (waiting) => {
      const fits = fit(waiting);
      needsOther ||= fits === 'needs-session';
      return fits === 'fits';
    });
    if (first !== undefined) return { kind: 'site', ...first };
    if (needsOther) return { kind: 'needs-fresh' };
    const any = repeat('anyAt');
    if (any !== undefined) return { kind: 'site', waiting: any };
    this.#nothingToStart = !canStart;
    // Only comparisons wait, and none of them may take this session any more.
    if (this.#units.count === 0 && !asker.isYoung && canStart) return { kind: 'needs-fresh' };
    return { kind: isLacking('anyAt') ? 'needs-fresh' : 'blocked' };
  }

  /**
   * The first site to try again that is urgent, or of which `when` has come, and that none of the slots takes soon. The slot
   * `but` does not take it.
   */
  #lacking(
    when: keyof Due,
    slots: readonly Slot[],
    suits: (waiting: Waiting) => boolean,
    but?: Slot,
  ): Waiting | undefined {
    const line = (which: keyof Due): Iterable<Waiting> =>
      this.#repeats
        .inLine(which, this.#units.count)
        .filter((waiting) => !this.#repeats.isResting(waiting) && suits(waiting));
    return (
      firstUncovered(line('urgentAt'), slots, { ...AT_ONCE, but }) ??
      firstUncovered(line(when), slots, { ...MEANWHILE, but })
    );
  }

  /** Says how many sites wait, and why the first one waits. */
  why(reason: (site: Site) => string): string {
    const [first] = this.#inLine();
    return first === undefined ? 'no site waits' : `${this.count} sites wait: ${reason(first.site)}`;
  }

  /** Removes and returns every waiting site: the run stops, or the grid is lost. */
  drain(): Site[] {
    return [...this.#repeats.drain(), ...this.#units.drain()].map((waiting) => waiting.site);
  }

  *#inLine(): Generator<Waiting, void, void> {
    yield* this.#repeats.inLine('dueAt', this.#units.count);
    yield* this.#units.inLine();
    yield* this.#repeats.inLine('anyAt', this.#units.count);
  }
}

function known(sites: ReadonlyMap<string, Site>, id: string): Site {
  const site = sites.get(id);
  if (site === undefined) throw new RangeError(`the plan has a site that is not in the list: ${id}`);
  return site;
}
