import type { Undated } from '../../core/event.ts';
import type { Emit } from '../../core/ports.ts';

/** Takes a run's events from its start to its end: those that come before the journal is open wait for it. */
export class EarlyEvents {
  #waiting: Undated[] = [];
  #emit: Emit | undefined;
  #isClosed = false;

  readonly emit: Emit = (event) => {
    if (this.#isClosed) return;
    if (this.#emit === undefined) this.#waiting.push(event);
    else this.#emit(event);
  };

  /** The journal is open, and has the head of the run. */
  open(emit: Emit): void {
    this.#emit = emit;
    for (const event of this.#waiting.splice(0)) emit(event);
  }

  /** The run has ended: nothing may follow its last event. */
  close(): void {
    this.#isClosed = true;
  }
}
