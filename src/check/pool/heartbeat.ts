const PING_MS = 5_000;

export interface HeartbeatOptions {
  /** Sends a ping. The worker answers it when its event loop turns. */
  readonly ping: () => void;
  /** The worker has sent nothing for longer than `limitMs`. Called again every 5 s until `stop`. */
  readonly onSilent: () => void;
  readonly limitMs: number;
  /** A worker without attempts may be silent for any time. */
  readonly isIdle: () => boolean;
}

/**
 * Finds a worker whose process does not run at all. The watchdog inside the worker finds an event loop that stands
 * still, and does so sooner; but it is part of the same process.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #timer: NodeJS.Timeout;
  #unanswered = 0;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#beat(), PING_MS).unref();
  }

  /** Call it for any message of the worker: a message shows that the process runs. */
  reset(): void {
    this.#unanswered = 0;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    const { ping, onSilent, limitMs, isIdle } = this.#options;
    if (isIdle()) this.#unanswered = 0;
    if (this.#unanswered * PING_MS > limitMs) onSilent();
    this.#unanswered++;
    ping();
  }
}
