// Taken before any check can replace them with fake ones.
const { setTimeout, clearTimeout, setInterval } = globalThis;
const now = performance.now.bind(performance);

const TICK_MS = 50;
const TOLERANCE_MS = 5;

/** A time-out that does not count the time in which the event loop stood still. */
export interface Deadline {
  clear(): void;
}

/**
 * Measures for how long the event loop stood still. A long synchronous stretch in one lane makes its neighbours late
 * through no fault of theirs, so that time is taken off every lane's time-outs.
 */
export class StallClock {
  #lastTick = now();
  #stalledMs = 0;

  constructor() {
    setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** The time stood still since the clock was made, the stretch that is going on included. */
  stalledMs(): number {
    return this.#stalledMs + this.#lateMs();
  }

  /** Calls `onDue` after `limitMs` in which the loop turned. */
  deadline(limitMs: number, onDue: () => void): Deadline {
    let granted = this.stalledMs();
    let timer: NodeJS.Timeout;
    const arm = (ms: number): void => {
      timer = setTimeout(() => {
        const stalled = this.stalledMs();
        // A timer that is late because of a stall fires before anything that was ready: those get their turn first.
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
