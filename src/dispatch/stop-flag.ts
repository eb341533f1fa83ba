/** How hard a run is stopped; each stage includes those before it. */
export type StopStage = 'drain' | 'stop' | 'kill';

const STAGES: readonly StopStage[] = ['drain', 'stop', 'kill'];

/** How long a stage may take before the next one follows by itself, in ms. */
const DEADLINES_MS: Readonly<Record<StopStage, number>> = { drain: 30_000, stop: 10_000, kill: Infinity };

/** Raised once and never lowered; goes on from drain to stop to kill, on demand or by deadline. */
export class StopFlag {
  readonly #onStage: (stage: StopStage, reason: string, text: string) => void;
  readonly #sites = new AbortController();
  readonly #checks = new AbortController();
  #stage = -1;
  #deadline: NodeJS.Timeout | undefined;
  /** The first reason, which is the run's. */
  reason = '';
  text = '';

  constructor(onStage: (stage: StopStage, reason: string, text: string) => void) {
    this.#onStage = onStage;
  }

  get raised(): boolean {
    return this.#stage >= 0;
  }

  /** Aborted from `drain` on. */
  get noMoreSites(): AbortSignal {
    return this.#sites.signal;
  }

  /** Aborted from `stop` on. */
  get noMoreChecks(): AbortSignal {
    return this.#checks.signal;
  }

  /** A stage that was reached already changes nothing. A drain that a limit asked for has no deadline: sites end by their own. */
  raise(stage: StopStage, reason: string, text: string): void {
    const reached = STAGES.indexOf(stage);
    if (reached <= this.#stage) return;
    this.#stage = reached;
    this.reason ||= reason;
    this.text ||= text;
    for (const controller of [this.#sites, this.#checks].slice(0, reached + 1)) controller.abort(new Error(text));
    clearTimeout(this.#deadline);
    const next = STAGES[reached + 1];
    if (next !== undefined && reason !== 'max-failures') {
      this.#deadline = setTimeout(() => this.raise(next, reason, text), DEADLINES_MS[stage]);
    }
    this.#onStage(stage, reason, text);
  }

  end(): void {
    clearTimeout(this.#deadline);
  }
}
