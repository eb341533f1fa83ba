import type { RunEvent } from '../../core/event.ts';
import type { StopStage } from '../../core/stop.ts';
import type { Verdict } from '../../core/verdict.ts';

/** The result of a run. */
export interface RunSummary {
  /** The name of the run, for `--resume`. */
  readonly run: string;
  /** The exit code of the command for this run. */
  readonly exitCode: number;
  /** Every reason for the exit code, in words. Empty if all passed. */
  readonly reasons: readonly string[];
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly durationMs: number;
  /** The results folder. */
  readonly out: string;
}

/** A run in progress: iterate over its events, and await its summary. */
export interface Run extends AsyncIterable<RunEvent> {
  /** Rejects with a `GridrunError` if the run could not start. */
  readonly summary: Promise<RunSummary>;
  stop(how?: StopStage): void;
}

/** Gives the events of a run to any number of readers. Each gets every event from the time it starts to read. */
export class EventFeed {
  readonly #readers = new Set<{ readonly waiting: RunEvent[]; wake: () => void }>();
  #ended = false;

  push(event: RunEvent): void {
    for (const reader of this.#readers) {
      reader.waiting.push(event);
      reader.wake();
    }
  }

  end(): void {
    this.#ended = true;
    for (const reader of this.#readers) reader.wake();
  }

  read(): AsyncIterator<RunEvent> {
    const reader = { waiting: [] as RunEvent[], wake: (): void => {} };
    this.#readers.add(reader);
    return this.#events(reader);
  }

  async *#events(reader: { readonly waiting: RunEvent[]; wake: () => void }): AsyncGenerator<RunEvent, void, void> {
    try {
      while (true) {
        yield* reader.waiting.splice(0);
        if (reader.waiting.length > 0) continue;
        if (this.#ended) return;
        await new Promise<void>((resolve) => (reader.wake = resolve));
      }
    } finally {
      this.#readers.delete(reader);
    }
  }
}
