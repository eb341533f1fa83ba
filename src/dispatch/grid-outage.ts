import { GridrunError, faultOf, type Fault } from '../core/fault.ts';
import { WireError } from '../wire/wire-error.ts';

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000;

/** Of the patience with a grid that is known: one that answers, but never gave a session, more likely has a fault than a pause. */
const NO_SESSION_YET = 1 / 4;
/** One that never answered at all more likely is a wrong URL. */
const NOBODY_THERE = 1 / 12;

/** When to ask a grid again that gave no session, and when to call it lost. */
export class GridOutage {
  readonly #lostAfterMs: number;
  #since: number | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #pausedUntil = 0;
  #everAnswered = false;
  #everOpened = false;

  /** `lostAfterMs`: how long a grid that once worked may give no session, as one that is started again does. */
  constructor(lostAfterMs: number) {
    this.#lostAfterMs = lostAfterMs;
  }

  /** ms from `now` until another session may be asked for; 0 is now. */
  pauseMs(now: number): number {
    return Math.max(0, this.#pausedUntil - now);
  }

  /** The grid has said something: where it says nothing later, it is away, and was not made up. */
  answered(): void {
    this.#everAnswered = true;
  }

  sessionOpened(): void {
    this.answered();
    this.#everOpened = true;
    this.#since = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#pausedUntil = 0;
  }

  /** Counts a refused session; the fault with which the grid is lost, when it is. */
  sessionRefused(error: unknown, now: number, otherSessionsOpen: boolean): Fault | undefined {
    const nobody = isNobody(error);
    if (!nobody) this.answered();
    this.#since ??= now;
    if (now >= this.#pausedUntil) {
      this.#pausedUntil = now + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    }
    const hopeless = error instanceof GridrunError ? error.answer === 'refuse' || error.answer === 'bug' : true;
    const lost = hopeless || (!otherSessionsOpen && now - this.#since >= this.#lostAfterMs * this.#patience(nobody));
    return lost ? faultOf(error) : undefined;
  }

  #patience(nobody: boolean): number {
    if (this.#everOpened) return 1;
    if (!nobody) return NO_SESSION_YET;
    return this.#everAnswered ? 1 : NOBODY_THERE;
  }
}

/** Nothing listens at its address, or there is no such address. */
function isNobody(error: unknown): boolean {
  return error instanceof WireError && /^(ECONNREFUSED|ENOTFOUND)$/.test(error.wireCode);
}
