import { clearTimeout, now, setInterval, setTimeout } from '../../os/real-timers.ts';

const TICK_MS = 50;
const TOLERANCE_MS = 5;

/** A time-out that leaves out the time in which the event loop stood still. */
export interface Deadline {
  clear(): void;
}

/**
 * Measures for how long the event loop stood still. Long synchronous code in one lane delays all other lanes, so every
 * lane's time-outs leave that time out.
 */
export class StallClock {
  #lastTick = now();
  #stalledMs = 0;

  constructor() {
    setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** How long the event loop has stood still since the clock was made, including now, in ms. */
  stalledMs(): number {
    return this.#stalledMs + this.#lateMs();
  }

  /** Calls `onDue` after `limitMs` in which the event loop was turning. */
  deadline(limitMs: number, onDue: () => void): Deadline {
    let granted = this.stalledMs();
    let timer: NodeJS.Timeout;
    const arm = (ms: number): void => {
      timer = setTimeout(() => {
        const stalled = this.stalledMs();
        // After a stall, a late timer fires before other events that are ready. Let those run first.
        const owed = stalled - granted;
        granted = stalled;
        if (owed > TOLERANCE_MS) arm(owed);
        else onDue();
      }, ms);
    };
    arm(limitMs);
    return { clear: () => clearTimeout(timer) };
  }

  #tick(): void {
    this.#stalledMs += this.#lateMs();
    this.#lastTick = now();
  }

  #lateMs(): number {
    const late = now() - this.#lastTick - TICK_MS;
    return late > TOLERANCE_MS ? late : 0;
  }
}
