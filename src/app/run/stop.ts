import { GridrunError } from '../../core/fault.ts';
import type { StopReason, StopStage } from '../../core/stop.ts';
import { untilAborted } from '../../wire/until-aborted.ts';

/** What can be stopped once a run is under way. */
export interface Stoppable {
  stop(stage: StopStage, reason: StopReason, text: string): void;
}

/** Takes stop requests from the first moment of a run: before there is work they end what prepares it, then the work. */
export class Stopper {
  readonly #early = new AbortController();
  #asked: StopStage | undefined;
  #work: Stoppable | undefined;

  /** Aborted when the run is to stop before its first session; the reason is the error to end with. */
  get signal(): AbortSignal {
    return this.#early.signal;
  }

  /** From now on there is work to stop; what was asked for before is asked of it. */
  attach(work: Stoppable): void {
    this.#work = work;
    if (this.#asked !== undefined) work.stop(this.#asked, 'interrupted', 'interrupted');
  }

  stop(how: StopStage): void {
    this.#asked = how;
    this.#early.abort(new GridrunError('interrupted', 'interrupted before anything was started'));
    this.#work?.stop(how, 'interrupted', 'interrupted');
  }

  stopFor(reason: StopReason, text: string): void {
    this.#work?.stop('stop', reason, text);
  }

  /** What comes of preparing the run; of what was interrupted the interruption alone, whatever else went wrong by it. */
  async preparing<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw this.signal.aborted ? (this.signal.reason as Error) : error;
    }
  }

  /** As `preparing`, for work that may never end and leaves nothing behind that the run's own end does not end. */
  async abandoning<T>(work: Promise<T>): Promise<T> {
    return await this.preparing(untilAborted(work, this.signal));
  }
}

/** Stops the run when `limitMs` are over; 0 is no limit. Disposed, it does nothing any more. */
export function globalTimeout(limitMs: number, control: Stopper): Disposable {
  if (limitMs === 0) return { [Symbol.dispose]() {} };
  const timer = setTimeout(() => control.stopFor('global-timeout', `--global-timeout ${limitMs} ms is over`), limitMs);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
