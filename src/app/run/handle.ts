import type { RunEvent } from '../../core/event.ts';
import type { StopStage } from '../../core/stop.ts';
import type { Verdict } from '../../core/verdict.ts';

/** What a run came to. */
export interface RunSummary {
  /** The run's name, as `--resume` takes it. */
  readonly run: string;
  /** The exit code of the command for this run. */
  readonly exitCode: number;
  /** In words, every reason for the exit code that holds; none where all passed. */
  readonly reasons: readonly string[];
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly durationMs: number;
  /** The results folder. */
  readonly out: string;
}

/** A run at work: its events as they happen, its summary at the end. */
export interface Run extends AsyncIterable<RunEvent> {
  /** Rejects with a `GridrunError` where nothing could be started. */
  readonly summary: Promise<RunSummary>;
  stop(how?: StopStage): void;
}

/** Hands the events of one run to any number of readers; each sees all that happens from when it starts to read. */
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
