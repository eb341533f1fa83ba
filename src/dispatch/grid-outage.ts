import { GridrunError, faultOf, type Fault } from '../core/fault.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** When to ask a grid again that gave no session, and when to call it lost. */
export class GridOutage {
  readonly #lostAfterMs: number;
  #since: number | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #pausedUntil = 0;
  /** One that never gave a session is more likely a mistake than an outage. */
  #patience = 0.25;

  constructor(lostAfterMs: number) {
    this.#lostAfterMs = lostAfterMs;
  }

  /** ms from `now` until another session may be asked for; 0 is now. */
  pauseMs(now: number): number {
    return Math.max(0, this.#pausedUntil - now);
  }

  sessionOpened(): void {
    this.#since = undefined;
    this.#patience = 1;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#pausedUntil = 0;
  }

  /** Counts a refused session; the fault with which the grid is lost, when it is. */
  sessionRefused(error: unknown, now: number, otherSessionsOpen: boolean): Fault | undefined {
    this.#since ??= now;
    if (now >= this.#pausedUntil) {
      this.#pausedUntil = now + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    }
    const hopeless = error instanceof GridrunError ? error.answer === 'refuse' || error.answer === 'bug' : true;
    const lost = hopeless || (!otherSessionsOpen && now - this.#since >= this.#lostAfterMs * this.#patience);
    return lost ? faultOf(error) : undefined;
  }
}
