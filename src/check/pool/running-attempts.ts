import type { CheckResult } from '../../core/attempt.ts';
import type { AttemptOrder, AttemptOutcome } from '../../core/ports.ts';
import { endlessLoop, interrupted, lostAlone, lostWith, repeated, type WorkerDeath } from './worker-death.ts';

/** An attempt that runs, with what it has reported. */
export interface Running {
  readonly order: AttemptOrder;
  readonly checks: Map<string, CheckResult>;
  readonly settle: (outcome: AttemptOutcome | 'declined') => void;
  /** What ran beside it makes its results worth nothing: it is to be repeated, for this reason. */
  repeatFor?: string;
}

/** The attempts that run in one worker, each with the results it has reported so far. Each is settled once. */
export class RunningAttempts {
  readonly #byId = new Map<number, Running>();
  #lastId = 0;

  get count(): number {
    return this.#byId.size;
  }

  ids(): number[] {
    return [...this.#byId.keys()];
  }

  /** Adds an attempt. `outcome` resolves when it is settled, and never rejects. */
  add(order: AttemptOrder): { readonly id: number; readonly outcome: Promise<AttemptOutcome | 'declined'> } {
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<AttemptOutcome | 'declined'>();
    this.#byId.set(id, { order, checks: new Map(), settle: resolve });
    return { id, outcome: promise };
  }

  /** Records a check's result. A later one for the same check replaces it. */
  record(id: number, result: CheckResult): void {
    this.#byId.get(id)?.checks.set(result.title, result);
  }

  /** The ids of the sites that these attempts try. */
  sitesOf(ids: readonly number[]): string[] {
    return ids.flatMap((id) => this.#byId.get(id)?.order.site.id ?? []);
  }

  /** Whatever comes of the attempt, it is to be repeated. */
  repeat(id: number, reason: string): void {
    const running = this.#byId.get(id);
    if (running !== undefined) running.repeatFor = reason;
  }

  settle(id: number, outcome: AttemptOutcome | 'declined'): void {
    const running = this.#byId.get(id);
    this.#byId.delete(id);
    if (running === undefined) return;
    const isRepeated = running.repeatFor !== undefined && outcome !== 'declined' && !running.order.signal.aborted;
    running.settle(isRepeated ? repeated(running.repeatFor ?? '') : outcome);
  }

  /** Settles an attempt with what `outcomeOf` makes of its results so far. */
  end(id: number, outcomeOf: (running: Running) => AttemptOutcome): void {
    const running = this.#byId.get(id);
    if (running !== undefined) this.settle(id, outcomeOf(running));
  }

  /** Settles an attempt as interrupted, with the results it has reported. */
  interrupt(id: number): void {
    const running = this.#byId.get(id);
    if (running !== undefined) this.settle(id, interrupted(running.checks));
  }

  /**
   * Settles all attempts of a worker that died. Returns the ids of their sites if nobody knows which one is to blame,
   * else an empty list.
   */
  endAll(death: WorkerDeath, stallLimitMs: number): readonly string[] {
    const all = [...this.#byId];
    const culprit = this.#culprit(death);
    for (const [id, { order, checks }] of all) {
      const loops = death.stall !== undefined && id === culprit;
      if (loops) this.settle(id, endlessLoop(checks, death.stall, stallLimitMs));
      else this.settle(id, all.length > 1 ? lostWith(order, checks, death) : lostAlone(order, checks, death));
    }
    return culprit === undefined ? all.map(([, { order }]) => order.site.id) : [];
  }

  /** The attempt that holds the endless loop. If only one was running, the watchdog need not have named it. */
  #culprit({ stall }: WorkerDeath): number | undefined {
    if (stall === undefined) return undefined;
    return stall.attemptId ?? (this.#byId.size === 1 ? [...this.#byId.keys()][0] : undefined);
  }
}
