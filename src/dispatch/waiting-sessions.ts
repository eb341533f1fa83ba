import type { SessionFacts } from '../core/ports.ts';
import type { SlotSession } from './slot.ts';

/** Asks a session for a sign of life. Throws if it gives none. */
export type Ask = (session: SessionFacts, signal: AbortSignal) => Promise<void>;

export interface WaitingOptions {
  readonly ask: Ask;
  /** A session that has waited so long is asked before it takes a site. */
  readonly askAfterMs: number;
  readonly signal: AbortSignal;
  /** A waiting session turned out to be gone. */
  readonly onLost: (session: SlotSession) => void;
}

/** A session that waits, since when nothing was heard of it, and its next keep-alive. */
interface Wait {
  heardAt: number;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Sessions that wait for a site. A grid ends a session that gets no command for some time, so each one gets a command
 * now and then. Sessions that do not wait long cost none.
 */
export class WaitingSessions {
  readonly #options: WaitingOptions;
  readonly #waits = new Map<SlotSession, Wait>();

  constructor(options: WaitingOptions) {
    this.#options = options;
  }

  /** The session starts to wait. */
  add(session: SlotSession): void {
    const wait: Wait = { heardAt: Date.now(), timer: undefined };
    this.#waits.set(session, wait);
    this.#keepAlive(session, wait);
  }

  /** The session waits no more. */
  remove(session: SlotSession): void {
    clearTimeout(this.#waits.get(session)?.timer);
    this.#waits.delete(session);
  }

  /** Has the session waited so long that it may be gone? */
  isDoubtful(session: SlotSession): boolean {
    const heardAt = this.#waits.get(session)?.heardAt;
    return heardAt !== undefined && Date.now() - heardAt >= this.#options.askAfterMs;
  }

  /** Whether the session still lives. Never rejects. */
  async lives({ owned }: SlotSession): Promise<boolean> {
    const { ask, signal } = this.#options;
    return await ask(owned.session, signal).then(
      () => true,
      // A stop of the run says nothing about the session.
      () => signal.aborted,
    );
  }

  #keepAlive(session: SlotSession, wait: Wait): void {
    const { keepAliveMs } = session.owned.session;
    if (keepAliveMs === undefined || this.#options.signal.aborted) return;
    wait.timer = setTimeout(() => void this.#refresh(session, wait), keepAliveMs);
  }

  async #refresh(session: SlotSession, wait: Wait): Promise<void> {
    const lives = await this.lives(session);
    if (this.#waits.get(session) !== wait) return;
    if (!lives) return this.#options.onLost(session);
    wait.heardAt = Date.now();
    this.#keepAlive(session, wait);
  }
}
