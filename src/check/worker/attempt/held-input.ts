import type { SessionFacts } from '../../../core/ports.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import type { BorrowedDriver } from './borrowed-driver.ts';

const LET_GO_MS = 5000;

export interface HeldInputOptions {
  readonly session: SessionFacts;
  readonly borrowed: Pick<BorrowedDriver, 'use'>;
  readonly wire: WireClient;
  readonly signal: AbortSignal;
}

/** The keys and mouse buttons that a check holds down, and the place of its mouse. They belong to the session, not to the tab. */
export class HeldInput {
  readonly #options: HeldInputOptions;
  #isFree = false;

  constructor(options: HeldInputOptions) {
    this.#options = options;
  }

  /** May the next site find a key held down? */
  get isHeld(): boolean {
    return this.#options.borrowed.use.hasActed && !this.#isFree;
  }

  /** Call after the last command of the check. Never rejects. */
  async letGo(): Promise<void> {
    if (!this.isHeld) return;
    const { session, wire, signal } = this.#options;
    const limits = { deadlineMs: LET_GO_MS, signal };
    const done = wire.send('DELETE', `/session/${session.sessionId}/actions`, undefined, limits);
    this.#isFree = await done.then(
      () => true,
      () => false,
    );
  }
}
