import type { SessionFacts } from '../../../core/ports.ts';
import { clearTimeout, now, setTimeout } from '../../../os/real-timers.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import type { BorrowedDriver } from './borrowed-driver.ts';

const DEADLINE_MS = 15_000;

export interface KeepAliveOptions {
  readonly session: SessionFacts;
  readonly borrowed: BorrowedDriver;
  readonly wire: WireClient;
  readonly signal: AbortSignal;
}

/**
 * Keeps a session alive while a check waits for something else: a grid ends a session that gets no command for some time.
 * A check that sends commands itself costs none.
 */
export class KeepAlive {
  readonly #options: KeepAliveOptions;
  #timer: NodeJS.Timeout | undefined;
  #sentAt = now();
  #isOver = false;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
    const { keepAliveMs } = options.session;
    if (keepAliveMs !== undefined) this.#wait(keepAliveMs, keepAliveMs);
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #wait(delayMs: number, keepAliveMs: number): void {
    if (this.#isOver) return;
    this.#timer = setTimeout(() => void this.#look(keepAliveMs), delayMs);
    this.#timer.unref();
  }

  async #look(keepAliveMs: number): Promise<void> {
    const quietMs = now() - Math.max(this.#sentAt, this.#options.borrowed.lastUsedAt);
    if (quietMs < keepAliveMs) return this.#wait(keepAliveMs - quietMs, keepAliveMs);
    await this.#send();
    this.#wait(keepAliveMs, keepAliveMs);
  }

  async #send(): Promise<void> {
    const { session, wire, signal } = this.#options;
    this.#sentAt = now();
    const limits = { deadlineMs: DEADLINE_MS, signal };
    // If the session is gone, the check's own next command reports it.
    await wire.send('GET', `/session/${session.sessionId}/window/handles`, undefined, limits).catch(() => {});
  }
}
