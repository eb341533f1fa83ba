import type { NotRun } from '../core/judge.ts';
import { isStronger, nextStage, type Stop, type StopReason, type StopStage } from '../core/stop.ts';

/** How long a stage may take before the next one starts, in ms. */
const DEADLINES_MS: Readonly<Record<StopStage, number>> = { drain: 30_000, stop: 10_000, kill: Infinity };

/** Called when a stage is reached. */
type OnStage = (stage: StopStage, reason: StopReason, text: string) => void;

/** Whether and how hard the run stops. It only moves up, from drain to stop to kill: on request, or after a deadline. */
export class StopFlag {
  readonly #onStage: OnStage;
  readonly #sites = new AbortController();
  readonly #checks = new AbortController();
  #stage: StopStage | undefined;
  #first: Stop | undefined;
  #deadline: NodeJS.Timeout | undefined;

  constructor(onStage: OnStage) {
    this.#onStage = onStage;
  }

  get raised(): boolean {
    return this.#stage !== undefined;
  }

  /** The first stop, which is the one that the run reports. */
  get first(): Stop | undefined {
    return this.#first;
  }

  /** Why what is not done now does not run; undefined if the run goes on. */
  get notRun(): NotRun | undefined {
    return this.#first === undefined ? undefined : { text: this.#first.text, stoppedBy: this.#first.reason };
  }

  /** Aborted from `drain` on. */
  get noMoreSites(): AbortSignal {
    return this.#sites.signal;
  }

  /** Aborted from `stop` on. */
  get noMoreChecks(): AbortSignal {
    return this.#checks.signal;
  }

  /** Moves up to `stage`; does nothing if it is reached already. After `max-failures` a drain waits for every running site. */
  raise(stage: StopStage, reason: StopReason, text: string): void {
    if (!isStronger(stage, this.#stage)) return;
    this.#stage = stage;
    this.#first ??= { reason, text };
    this.#sites.abort(new Error(text));
    if (isStronger(stage, 'drain')) this.#checks.abort(new Error(text));
    clearTimeout(this.#deadline);
    const next = nextStage(stage);
    if (next !== undefined && reason !== 'max-failures') {
      this.#deadline = setTimeout(() => this.raise(next, reason, text), DEADLINES_MS[stage]);
    }
    this.#onStage(stage, reason, text);
  }

  end(): void {
    clearTimeout(this.#deadline);
  }
}

/** Why `--max-failures` stops a run, in words. */
export function maxFailuresText(max: number): string {
  return max === 1 ? 'stopped by the first failure (--bail, or --max-failures 1)' : `stopped by --max-failures ${max}`;
}
