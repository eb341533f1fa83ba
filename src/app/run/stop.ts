import { GridrunError } from '../../core/fault.ts';
import type { StopReason, StopStage } from '../../core/stop.ts';
import { untilAborted } from '../../wire/until-aborted.ts';

/** The work of a run, as far as it can be stopped. */
export interface Stoppable {
  stop(stage: StopStage, reason: StopReason, text: string): void;
}

/** Takes stop requests from the start of a run. Before there is work, they end the preparation; later, the work. */
export class Stopper {
  readonly #early = new AbortController();
  /** What was asked for before there was work, in order. */
  readonly #asked: Parameters<Stoppable['stop']>[] = [];
  #work: Stoppable | undefined;

  /** Aborted if the run is stopped. The reason is the error that ends a run which is still in preparation. */
  get signal(): AbortSignal {
    return this.#early.signal;
  }

  /** Call it when there is work to stop. Passes on the requests that came before. */
  attach(work: Stoppable): void {
    this.#work = work;
    for (const request of this.#asked.splice(0)) work.stop(...request);
  }

  stop(how: StopStage): void {
    this.#early.abort(new GridrunError('interrupted', 'interrupted before anything was started'));
    this.#pass(how, 'interrupted', 'interrupted');
  }

  stopFor(reason: StopReason, text: string): void {
    this.#pass('stop', reason, text);
  }

  #pass(...request: Parameters<Stoppable['stop']>): void {
    if (this.#work === undefined) this.#asked.push(request);
    else this.#work.stop(...request);
  }

  /** Awaits a step of the preparation. After a stop it throws the stop, not the step's own error. */
  async preparing<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.signal.aborted ? (this.signal.reason as Error) : error;
    }
  }

  /** The same for a step that may never end: a stop does not wait for it. The end of the run must clean up after it. */
  async abandoning<T>(work: Promise<T>): Promise<T> {
    return await this.preparing(untilAborted(work, this.signal));
  }
}

/** Stops the run after `limitMs`; 0 is no limit. Dispose of it to cancel. */
export function globalTimeout(limitMs: number, control: Stopper): Disposable {
  if (limitMs === 0) return { [Symbol.dispose]() {} };
  const timer = setTimeout(() => control.stopFor('global-timeout', `--global-timeout ${limitMs} ms is over`), limitMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
