import type { Arm } from '../core/attempt.ts';
import type { Emit, Grid, OwnedSession } from '../core/ports.ts';
import type { Fault } from '../core/fault.ts';
import { GridOutage } from './grid-outage.ts';
import { Slot } from './slot.ts';
import type { StopFlag } from './stop-flag.ts';

export interface SupplySettings {
  /** Sessions are named `<run>-<slot>`. */
  readonly run: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly gridLostAfterMs: number;
}

/** What a waiting site asks of its session. */
export interface SessionWish {
  readonly arm: Arm;
  readonly avoidNodes: readonly string[];
}

export interface SupplyListener {
  /** A session came or went, or may be asked for again. */
  changed(): void;
  /** The grid gives no session any more. */
  lost(fault: Fault): void;
  failed(error: unknown): void;
}

const CAPACITY_EVERY_MS = 1_000;

/** The sessions of a run: as many as there is work for and as the grid gives. */
export class SessionSupply {
  readonly #settings: SupplySettings;
  readonly #grid: Grid;
  readonly #emit: Emit;
  readonly #stop: StopFlag;
  readonly #listener: SupplyListener;
  readonly #slots: Slot[] = [];
  readonly #outage: GridOutage;
  #capacity = 0;
  #pause: NodeJS.Timeout | undefined;
  #capacityTimer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(
    settings: SupplySettings,
    parts: { readonly grid: Grid; readonly emit: Emit; readonly stop: StopFlag },
    listener: SupplyListener,
  ) {
    this.#settings = settings;
    this.#grid = parts.grid;
    this.#emit = parts.emit;
    this.#stop = parts.stop;
    this.#listener = listener;
    this.#outage = new GridOutage(settings.gridLostAfterMs);
  }

  /** Asks the grid how many sessions it has, from now on. */
  start(): void {
    this.#background(this.#refreshCapacity());
  }

  /** The slots whose session waits for a site. */
  ready(): Slot[] {
    return this.#slots.filter((slot) => slot.state === 'ready');
  }

  slot(index: number): Slot | undefined {
    return this.#slots[index];
  }

  /** How many slots have a session, or will have one. */
  get takenCount(): number {
    return this.#slots.filter((slot) => slot.taken).length;
  }

  /** Is a session open on a node that is none of these? */
  hasOtherNode(nodes: readonly string[]): boolean {
    return this.#slots.some((slot) => slot.owned !== undefined && !nodes.includes(slot.node));
  }

  /** Asks for sessions for so many waiting sites. `wish` tells what the first that may start needs; none may start without it. */
  openFor(waitingCount: number, wish: () => SessionWish | undefined): void {
    while (this.#isWanted(waitingCount)) {
      const wished = wish();
      if (wished === undefined) return;
      this.#background(this.#open(this.#emptySlot(wished.arm), wished.avoidNodes));
    }
  }

  /** Ends the slot's session and leaves the slot empty. */
  async close(slot: Slot, reason: string): Promise<void> {
    const { owned } = slot;
    slot.state = 'closing';
    await owned?.release();
    slot.owned = undefined;
    slot.state = 'empty';
    if (owned !== undefined) {
      const { sessionId } = owned.session;
      this.#emit({ type: 'session-closed', sessionId, slot: slot.index, reason, siteCount: slot.siteCount });
    }
    this.#listener.changed();
  }

  /** Asks for nothing more, and releases what is left. */
  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#pause);
    clearTimeout(this.#capacityTimer);
    await Promise.all(this.#slots.map(async (slot) => await slot.owned?.release()));
  }

  #isWanted(waitingCount: number): boolean {
    const taken = this.#slots.filter((slot) => slot.taken);
    if (taken.length >= this.#capacity || taken.some((slot) => slot.state === 'ready')) return false;
    const soonReady = taken.filter((slot) => slot.state === 'opening' || slot.state === 'resetting').length;
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

  #emptySlot(arm: Arm): Slot {
    let slot = this.#slots.find((candidate) => !candidate.taken);
    if (slot === undefined) {
      slot = new Slot(this.#slots.length);
      this.#slots.push(slot);
    }
    slot.state = 'opening';
    slot.arm = arm;
    return slot;
  }

  async #open(slot: Slot, avoidNodes: readonly string[]): Promise<void> {
    const startedAt = Date.now();
    const { run, capabilities } = this.#settings;
    let owned: OwnedSession;
    try {
      owned = await this.#grid.openSession({
        name: `${run}-${slot.index}`,
        capabilities,
        arm: slot.arm,
        avoidNodes,
        signal: this.#stop.noMoreSites,
      });
    } catch (error) {
      slot.state = 'empty';
      this.#refused(error);
      this.#listener.changed();
      return;
    }
    if (this.#ended) return owned.release();
    this.#outage.sessionOpened();
    slot.opened(owned);
    const { sessionId, node, browserName, browserVersion, extension } = owned.session;
    const ofArm =
      extension === undefined && slot.arm === 'subject'
        ? {}
        : { arm: slot.arm, ...(extension === undefined ? {} : { extensionId: extension.id }) };
    const durationMs = Date.now() - startedAt;
    this.#emit({
      type: 'session-opened',
      sessionId,
      slot: slot.index,
      node,
      browserName,
      browserVersion,
      durationMs,
      ...ofArm,
    });
    this.#listener.changed();
  }

  async #refreshCapacity(): Promise<void> {
    const before = this.#capacity;
    try {
      this.#capacity = await this.#grid.capacity(this.#stop.noMoreSites);
      this.#outage.answered();
    } catch (error) {
      // While it once told, its sessions tell whether it is lost.
      if (before === 0) this.#refused(error);
    }
    if (this.#ended) return;
    if (before === 0 && this.#capacity > 0)
      this.#emit({ type: 'grid-ready', grid: this.#grid.name, sessions: this.#capacity });
    this.#capacityTimer = setTimeout(() => this.#background(this.#refreshCapacity()), CAPACITY_EVERY_MS);
    this.#listener.changed();
  }

  #refused(error: unknown): void {
    if (this.#stop.raised) return;
    const othersOpen = this.#slots.some((slot) => slot.owned !== undefined);
    const lost = this.#outage.sessionRefused(error, Date.now(), othersOpen);
    if (lost !== undefined) this.#listener.lost(lost);
  }

  #background(work: Promise<void>): void {
    work.catch((error: unknown) => this.#listener.failed(error));
  }
}
