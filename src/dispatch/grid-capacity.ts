import type { Emit, Grid } from '../core/ports.ts';

const ASK_EVERY_MS = 1_000;

/** Gets the result of each request to the grid. */
export interface CapacityListener {
  answered(): void;
  /** The request succeeded, and the one before it failed. */
  back(): void;
  /** The request failed, and none has succeeded yet. Later failures do not matter: an outage shows in the sessions. */
  refused(error: unknown): void;
  /** Called after each request: the grid may allow another session now. */
  changed(): void;
  /** A bug: something that nothing awaits has thrown. */
  failed(error: unknown): void;
}

/** The max number of sessions at once. Asked every second, because a grid grows and shrinks while the run goes on. */
export class GridCapacity {
  readonly #grid: Grid;
  readonly #emit: Emit;
  readonly #signal: AbortSignal;
  readonly #listener: CapacityListener;
  #sessions = 0;
  #isAway = false;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(parts: { readonly grid: Grid; readonly emit: Emit }, signal: AbortSignal, listener: CapacityListener) {
    this.#grid = parts.grid;
    this.#emit = parts.emit;
    this.#signal = signal;
    this.#listener = listener;
  }

  /** 0 until the grid has answered. */
  get sessions(): number {
    return this.#sessions;
  }

  /** Asks now, and from then on every second until `end`. */
  watch(): void {
    this.#ask().catch((error: unknown) => this.#listener.failed(error));
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    const before = this.#sessions;
    try {
      this.#sessions = await this.#grid.capacity(this.#signal);
      this.#listener.answered();
      if (this.#isAway) this.#listener.back();
      this.#isAway = false;
    } catch (error) {
      this.#isAway = true;
      if (before === 0) this.#listener.refused(error);
    }
    if (this.#ended) return;
    if (before === 0 && this.#sessions > 0)
      this.#emit({ type: 'grid-ready', grid: this.#grid.name, sessions: this.#sessions });
    this.#timer = setTimeout(() => this.watch(), ASK_EVERY_MS);
    this.#listener.changed();
  }
}
