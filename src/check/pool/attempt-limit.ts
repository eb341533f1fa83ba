/**
 * An attempt ends so long after its limit, whatever its checks do to their process. The worker has 5 s for the page and for
 * the hooks that are due, so this is the end only if the worker cannot end the attempt.
 */
export const OVERTIME_MS = 5_000;
/** How long the watchdog may take to answer. Its thread runs whenever the process runs. */
const ANSWER_MS = 2_000;
/** An attempt that has to wait for its lane waits while another one gets its lane within this, times the limit of a load. */
const LOADS_TO_WAIT = 2;
/** Stalls shorter than this grant no more time. */
const TOLERANCE_MS = 50;

export interface AttemptLimitsOptions {
  /** How long a file of the suite may take to load. */
  readonly loadLimitMs: number;
  /** For how long the worker's event loop has stood still since its start. Never resolves if the process does not run. */
  readonly stalledMs: () => Promise<number>;
  /** An attempt is over its limit, and is about to be given up. */
  readonly onLate: () => void;
  readonly onOverdue: (id: number) => void;
}

/** The limits of the attempts that run in one worker, by the pool's number of the attempt. */
export class AttemptLimits {
  readonly #options: AttemptLimitsOptions;
  readonly #byId = new Map<number, AttemptLimit>();

  constructor(options: AttemptLimitsOptions) {
    this.#options = options;
  }

  /** The worker has been asked to run the attempt, and may still have to load a lane. */
  add(id: number, limitMs: number): void {
    this.#byId.set(id, new AttemptLimit(this.#options, limitMs, () => this.#options.onOverdue(id)));
  }

  /** The attempt starts, and its worker has stood still for `stalledMs` so far. */
  start(id: number, stalledMs: number): void {
    this.#byId.get(id)?.start(stalledMs);
    for (const other of this.#byId.values()) other.touch();
  }

  end(id: number): void {
    this.#byId.get(id)?.end();
    this.#byId.delete(id);
  }
}

/**
 * The pool's own limit of an attempt. The worker ends each attempt in time, as long as its code works. A check may break
 * what that code is made of: promises, timers, the way to the pool. Time in which the worker's event loop stood still does
 * not count, as in the worker: a check of another site may have computed.
 */
class AttemptLimit {
  readonly #options: AttemptLimitsOptions;
  readonly #limitMs: number;
  readonly #onOverdue: () => void;
  #timer: NodeJS.Timeout | undefined;
  #stalledBeforeMs: number | undefined;
  #isLate = false;
  #isOver = false;

  constructor(options: AttemptLimitsOptions, limitMs: number, onOverdue: () => void) {
    this.#options = options;
    this.#limitMs = limitMs;
    this.#onOverdue = onOverdue;
    this.touch();
  }

  /** Another attempt of the worker got its lane, so this one can still expect one. */
  touch(): void {
    if (this.#stalledBeforeMs !== undefined) return;
    this.#arm(this.#limitMs + OVERTIME_MS + LOADS_TO_WAIT * this.#options.loadLimitMs);
  }

  /** The attempt starts, and its worker has stood still for `stalledMs` so far. */
  start(stalledMs: number): void {
    this.#stalledBeforeMs = stalledMs;
    this.#arm(this.#limitMs + OVERTIME_MS - ANSWER_MS);
  }

  /** The attempt has ended. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#decide(), ms).unref();
  }

  async #decide(): Promise<void> {
    const { stalledMs, onLate } = this.#options;
    if (!this.#isLate) onLate();
    const stalled = await Promise.race([stalledMs(), noAnswer()]);
    if (this.#isOver) return;
    const owedMs = stalled === undefined ? 0 : stalled - (this.#stalledBeforeMs ?? stalled);
    if (stalled !== undefined && owedMs > TOLERANCE_MS) {
      this.#stalledBeforeMs = stalled;
      return this.#arm(owedMs);
    }
    if (stalled === undefined || this.#isLate) return this.#onOverdue();
    this.#isLate = true;
    this.#arm(ANSWER_MS);
  }
}

async function noAnswer(): Promise<undefined> {
  return await new Promise((resolve) => {
    // After a stall of this process, a late timer fires before an answer that is there is read.
    setTimeout(() => setImmediate(() => resolve(undefined)), ANSWER_MS).unref();
  });
}
