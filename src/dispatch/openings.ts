import type { Slot } from './slot.ts';

/** A request that is so old counts as lost if a session was opened since: no grid keeps one for good reason then. */
const OVERDUE_MS = 30_000;

interface Opening {
  readonly askedAt: number;
  readonly stop: AbortController;
  readonly timer: NodeJS.Timeout;
}

/** The requests for sessions that have no reply yet, by their slots. */
export class Openings {
  readonly #bySlot = new Map<Slot, Opening>();
  readonly #onOverdue: () => void;
  readonly #overdueMs: number;
  #openedAt = 0;

  /** @param onOverdue called when a request may have become overdue */
  constructor(onOverdue: () => void, overdueMs = OVERDUE_MS) {
    this.#onOverdue = onOverdue;
    this.#overdueMs = overdueMs;
  }

  /** A slot sends its request. The signal ends it. */
  begin(slot: Slot): AbortSignal {
    const stop = new AbortController();
    const timer = setTimeout(this.#onOverdue, this.#overdueMs).unref();
    this.#bySlot.set(slot, { askedAt: Date.now(), stop, timer });
    return stop.signal;
  }

  /** The request of a slot has its reply, or failed. */
  end(slot: Slot, isOpened: boolean): void {
    clearTimeout(this.#bySlot.get(slot)?.timer);
    this.#bySlot.delete(slot);
    if (isOpened) this.#openedAt = Date.now();
  }

  /** Has a session been opened since this slot sent its request, which is old? */
  isOverdue(slot: Slot): boolean {
    const askedAt = this.#bySlot.get(slot)?.askedAt;
    return askedAt !== undefined && askedAt < this.#openedAt && Date.now() - askedAt >= this.#overdueMs;
  }

  /** Ends all requests. */
  cancel(): void {
    for (const { stop } of this.#bySlot.values()) stop.abort();
  }
}
