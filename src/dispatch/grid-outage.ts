import { GridrunError, faultOf, type Fault } from '../core/fault.ts';
import type { Down } from './outage-text.ts';
import { WireError } from '../wire/wire-error.ts';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 5_000;

/** The share of `lostAfterMs` granted to a grid that answers but never gave a session. It is probably broken. */
const NO_SESSION_YET = 1 / 4;
/** The share granted to an address that never answered. The URL is probably wrong. */
const NEVER_ANSWERED = 1 / 12;

/** Shorter than this, a grid was busy and not away. */
const WORTH_A_NOTICE_MS = 5_000;

/** A grid may ask for a longer pause with `Retry-After`, up to this. */
const MAX_ASKED_PAUSE_MS = 30_000;

/** What else the run has of the grid at the moment of a refusal. */
export interface OtherSessions {
  readonly open: boolean;
  /** Other requests have no reply yet. */
  readonly opening: boolean;
}

/** Decides when to ask a grid again after it refused a session, and when the grid is lost. */
export class GridOutage {
  readonly #lostAfterMs: number;
  #since: number | undefined;
  #error: unknown;
  #pauseMs = FIRST_PAUSE_MS;
  #pausedUntil = 0;
  #everAnswered = false;
  #everOpened = false;

  /** `lostAfterMs`: how long a grid that gave a session before may give none. A restart takes about that long. */
  constructor(lostAfterMs: number) {
    this.#lostAfterMs = lostAfterMs;
  }

  /** ms from `now` until the next request may be sent; 0 means now. */
  pauseMs(now: number): number {
    return Math.max(0, this.#pausedUntil - now);
  }

  /** The grid has answered something. If it is silent later, it is down; its URL is not wrong. */
  answered(): void {
    this.#everAnswered = true;
  }

  /** The grid answers again after it did not: a session may be asked for at once. */
  back(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#pausedUntil = 0;
  }

  /** Returns the outage that this session ends, if the grid gave none for some time. */
  sessionOpened(now: number): Down | undefined {
    const ended = this.down;
    this.answered();
    this.#everOpened = true;
    this.#since = undefined;
    this.back();
    return ended !== undefined && now - ended.since >= WORTH_A_NOTICE_MS ? ended : undefined;
  }

  /** Since when the grid has given no session, and why. Undefined if it gave one the last time. */
  get down(): Down | undefined {
    return this.#since === undefined ? undefined : { patient: 'grid', since: this.#since, fault: faultOf(this.#error) };
  }

  /** Records a refused session. Returns the fault if the grid is lost now. */
  sessionRefused(error: unknown, now: number, others: OtherSessions): Fault | undefined {
    const silent = isSilence(error);
    if (!silent) this.answered();
    this.#since ??= now;
    this.#error = error;
    if (now >= this.#pausedUntil) {
      this.#pausedUntil = now + this.#pauseMs;
      this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
    }
    const askedMs = error instanceof WireError ? (error.retryAfterMs ?? 0) : 0;
    this.#pausedUntil = Math.max(this.#pausedUntil, now + Math.min(askedMs, MAX_ASKED_PAUSE_MS));
    const outOfPatience = now - this.#since >= this.#lostAfterMs * this.#patience(silent);
    const lost = this.#isHopeless(error, others.opening && !outOfPatience) || (!others.open && outOfPatience);
    return lost ? faultOf(error) : undefined;
  }

  /**
   * Will waiting never help? A refusal is final only if the grid never gave a session: one odd answer from a grid that
   * works is an outage. With other requests under way, the last one decides. A bug is final, and so is a grid that
   * gridrun itself has found to be gone.
   */
  #isHopeless(error: unknown, mayStillOpen: boolean): boolean {
    if (error instanceof GridrunError && error.code === 'grid.gone') return true;
    const answer = error instanceof GridrunError ? error.answer : isOfSystem(error) ? 'refuse' : 'bug';
    return answer === 'bug' || (answer === 'refuse' && !this.#everOpened && !mayStillOpen);
  }

  #patience(silent: boolean): number {
    if (this.#everOpened) return 1;
    if (!silent) return NO_SESSION_YET;
    return this.#everAnswered ? 1 : NEVER_ANSWERED;
  }
}

/** Nothing listens at the address, or the host name does not exist. */
function isSilence(error: unknown): boolean {
  return error instanceof WireError && /^(ECONNREFUSED|ENOTFOUND)$/.test(error.wireCode);
}

/** The system refused something on this machine: a full disk, too many open files. */
function isOfSystem(error: unknown): boolean {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).errno === 'number';
}
