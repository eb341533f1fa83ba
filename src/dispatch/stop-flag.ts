/** How hard a run stops. Each stage includes the ones before it. */
export type StopStage = 'drain' | 'stop' | 'kill';

const STAGES: readonly StopStage[] = ['drain', 'stop', 'kill'];

/** How long a stage may take before the next one starts, in ms. */
const DEADLINES_MS: Readonly<Record<StopStage, number>> = { drain: 30_000, stop: 10_000, kill: Infinity };

/** Whether and how hard the run stops. It only moves up, from drain to stop to kill: on request, or after a deadline. */
export class StopFlag {
  readonly #onStage: (stage: StopStage, reason: string, text: string) => void;
  readonly #sites = new AbortController();
  readonly #checks = new AbortController();
  #stage = -1;
  #deadline: NodeJS.Timeout | undefined;
  /** The first reason given is the reason of the run. Empty until then. */
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

  /** Moves up to `stage`; does nothing if it is reached already. After `max-failures` a drain waits for every running site. */
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
