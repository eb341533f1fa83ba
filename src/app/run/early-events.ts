import type { Undated } from '../../core/event.ts';
import type { Emit } from '../../core/ports.ts';

/** Takes events of a run at any time. Those that come before the journal is open wait for it. */
export class EarlyEvents {
  #waiting: Undated[] = [];
  #emit: Emit | undefined;
  #isClosed = false;

  readonly emit: Emit = (event) => {
    if (this.#isClosed) return;
    if (this.#emit === undefined) this.#waiting.push(event);
    else this.#emit(event);
  };

  /** Call it when the journal is open and has the head of the run. Passes on what waits. */
  open(emit: Emit): void {
    this.#emit = emit;
    for (const event of this.#waiting.splice(0)) emit(event);
  }

  /** Call it when the work has ended. Drops what still comes: nothing may follow the last event. */
  close(): void {
    this.#isClosed = true;
  }
}
