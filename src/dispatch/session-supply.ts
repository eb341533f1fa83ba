import type { OwnedSession, SessionKept } from '../core/ports.ts';
import type { CloseReason } from '../core/close-reason.ts';
import { GridCapacity } from './grid-capacity.ts';
import { GridOutage } from './grid-outage.ts';
import { WaitingSessions } from './waiting-sessions.ts';
import { Openings } from './openings.ts';
import { backNotice } from './outage-text.ts';
import { sessionOpened } from './session-opened.ts';
import { emptySlot, move, sessionOf, type Slot, type SlotSession } from './slot.ts';
import type { OpenSlot, SessionWish, SupplyListener, SupplyParts, SupplySettings } from './supply-parts.ts';

/**
 * The sessions of a run: as many as the waiting sites need and the grid gives. It owns every slot: it alone calls
 * `move`, and the dispatcher asks it for each step of a slot's life.
 */
export class SessionSupply {
  readonly #settings: SupplySettings;
  readonly #parts: SupplyParts;
  readonly #listener: SupplyListener;
  readonly #slots: Slot[] = [];
  readonly #outage: GridOutage;
  readonly #capacity: GridCapacity;
  readonly #waiting: WaitingSessions;
  readonly #openings: Openings;
  #pause: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(settings: SupplySettings, parts: SupplyParts, listener: SupplyListener) {
    this.#settings = settings;
    this.#parts = parts;
    this.#listener = listener;
    this.#outage = new GridOutage(settings.outageMs);
    this.#openings = new Openings(() => listener.changed());
    this.#waiting = new WaitingSessions({
      ask: parts.ask,
      askAfterMs: settings.askAfterMs,
      signal: parts.stop.noMoreSites,
      onLost: (session) => {
        session.isLost = true;
        listener.changed();
      },
    });
    this.#capacity = new GridCapacity(parts, parts.stop.noMoreSites, {
      answered: () => this.#outage.answered(),
      back: () => this.#outage.back(),
      refused: (error) => this.#refused(error),
      changed: () => listener.changed(),
      failed: (error) => listener.failed(error),
    });
  }

  /** Starts to ask the grid how many sessions it allows. */
  start(): void {
    this.#capacity.watch();
  }

  /** The slots whose session can take a site, each looked at when its turn comes. */
  *ready(): Generator<OpenSlot, void, void> {
    for (const slot of this.#slots) {
      const { state } = slot;
      if (state.kind === 'ready' || state.kind === 'idle') yield { slot, session: state.session };
    }
  }

  /** Call if no site waits. Ends all requests for sessions, unless a site runs that may be tried again. True if no slot is taken. */
  endsUnneeded(): boolean {
    const taken = this.#slots.filter(isTaken);
    if (taken.every(({ state }) => state.kind === 'opening')) this.#openings.cancel();
    return taken.length === 0;
  }

  /** All slots but those whose request for a session may be lost. */
  get slots(): readonly Slot[] {
    return this.#slots.filter((slot) => !this.#openings.isOverdue(slot));
  }

  /** The first idle slot, if no slot does anything. */
  get stuck(): Slot | undefined {
    const taken = this.#slots.filter(isTaken);
    return taken.every(({ state }) => state.kind === 'idle') ? taken[0] : undefined;
  }

  /** May another session open? */
  get hasRoom(): boolean {
    return this.#slots.filter(isTaken).length < this.#capacity.sessions;
  }

  /** Opens sessions for `waitingCount` sites. Stops when `wish` returns undefined: no waiting site may start now. */
  openFor(waitingCount: number, wish: (slots: readonly Slot[]) => SessionWish | undefined): void {
    while (this.#isWanted(waitingCount)) {
      const wished = wish(this.slots);
      if (wished === undefined) return;
      const slot = this.#freeSlot();
      move(slot, { kind: 'opening', arm: wished.arm });
      this.#background(this.#open(slot, wished));
    }
  }

  /** No waiting site may start in the slot's session now. Reports why, once for each time that the slot becomes idle. */
  idle(slot: Slot, whyIdle: () => string): void {
    if (slot.state.kind === 'idle') return;
    const why = whyIdle();
    const session = held(slot);
    move(slot, { kind: 'idle', session });
    this.#waiting.add(session);
    this.#parts.emit({ type: 'slot-idle', slot: slot.index, why });
  }

  /** Has the slot's session waited so long that it may be gone? */
  isDoubtful(slot: Slot): boolean {
    return this.#waiting.isDoubtful(held(slot));
  }

  /** Finds out whether the session of an idle slot still lives. Returns false if not; the caller must then close the slot. */
  async ask(slot: Slot): Promise<boolean> {
    const session = held(slot);
    move(slot, { kind: 'asking', session });
    this.#waiting.remove(session);
    if (!(await this.#waiting.lives(session))) return false;
    move(slot, { kind: 'ready', session });
    return true;
  }

  /** The slot's session takes a site. */
  employ(slot: Slot): void {
    const session = held(slot);
    move(slot, { kind: 'busy', session });
    this.#waiting.remove(session);
    session.siteCount += 1;
  }

  /** Cleans the slot's session for its next site. Throws what isolation throws; the caller must then close the slot. */
  async reset(slot: Slot, kept?: SessionKept): Promise<void> {
    const session = held(slot);
    move(slot, { kind: 'resetting', session });
    await this.#parts.isolation.reset(session.owned.session, this.#parts.stop.noMoreChecks, kept);
    session.timeouts = kept?.timeouts;
    move(slot, { kind: 'ready', session });
  }

  /** Marks the slot's present session as dirty: a site that has ended still acts in it. */
  soil(index: number | undefined): void {
    const slot = index === undefined ? undefined : this.#slots[index];
    const session = slot === undefined ? undefined : sessionOf(slot.state);
    if (session !== undefined) session.isDirty = true;
  }

  /** Releases the slot's session and leaves the slot empty. */
  async close(slot: Slot, reason: CloseReason): Promise<void> {
    const session = held(slot);
    move(slot, { kind: 'closing', session, reason });
    this.#waiting.remove(session);
    await session.owned.release();
    move(slot, { kind: 'empty' });
    const { sessionId } = session.owned.session;
    const { siteCount } = session;
    this.#parts.emit({ type: 'session-closed', sessionId, slot: slot.index, reason, siteCount });
    this.#listener.changed();
  }

  /** Opens nothing more, and releases every session that is left. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#pause);
    this.#capacity.end();
    await Promise.all(this.#sessions().map(async ({ owned }) => await owned.release()));
  }

  #sessions(): SlotSession[] {
    return this.#slots.flatMap(({ state }) => sessionOf(state) ?? []);
  }

  #isWanted(waitingCount: number): boolean {
    if (!this.hasRoom) return false;
    const soonReady = this.slots.filter(({ state }) => SOON_READY.includes(state.kind)).length;
    return soonReady < waitingCount && !this.#isPausing();
  }

  #isPausing(): boolean {
    const pauseMs = this.#outage.pauseMs(Date.now());
    if (pauseMs === 0) return false;
    this.#pause ??= setTimeout(() => {
      this.#pause = undefined;
      this.#listener.changed();
    }, pauseMs);
    return true;
  }

  #freeSlot(): Slot {
    const free = this.#slots.find((slot) => !isTaken(slot));
    if (free !== undefined) return free;
    const slot = emptySlot(this.#slots.length);
    this.#slots.push(slot);
    return slot;
  }

  async #open(slot: Slot, { arm, avoidNodes }: SessionWish): Promise<void> {
    const startedAt = Date.now();
    const { run, capabilities } = this.#settings;
    const { grid, stop } = this.#parts;
    const canceled = this.#openings.begin(slot);
    const signal = AbortSignal.any([stop.noMoreSites, canceled]);
    let owned: OwnedSession;
    try {
      owned = await grid.openSession({ name: `${run}-${slot.index}`, capabilities, arm, avoidNodes, signal });
      this.#openings.end(slot, true);
    } catch (error) {
      this.#openings.end(slot, false);
      move(slot, { kind: 'empty' });
      if (!canceled.aborted) this.#refused(error);
      this.#listener.changed();
      return;
    }
    if (this.#ended) return owned.release();
    const outage = this.#outage.sessionOpened(Date.now());
    if (outage !== undefined) this.#parts.emit(backNotice(outage, grid.name));
    const session = { owned, arm, siteCount: 0, isDirty: false, isLost: false, timeouts: undefined };
    move(slot, { kind: 'ready', session });
    this.#parts.emit(sessionOpened(slot.index, session, Date.now() - startedAt));
    this.#listener.changed();
  }

  #refused(error: unknown): void {
    if (this.#parts.stop.raised) return;
    const opening = this.#slots.some(({ state }) => state.kind === 'opening');
    const others = { open: this.#sessions().length > 0, opening };
    const lost = this.#outage.sessionRefused(error, Date.now(), others);
    if (lost !== undefined) this.#listener.lost(this.#outage.down!);
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#listener.failed(error));
  }
}

const SOON_READY: readonly Slot['state']['kind'][] = ['opening', 'asking', 'resetting'];

/** It has a session, or is opening one. */
function isTaken({ state }: Slot): boolean {
  return state.kind !== 'empty';
}

/** The session of a slot. Throws if the slot has none: a bug. */
function held(slot: Slot): SlotSession {
  const session = sessionOf(slot.state);
  if (session === undefined) throw new TypeError(`slot ${slot.index} is ${slot.state.kind}: it has no session`);
  return session;
}
