import { closeSync, fdatasync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { RunEvent, Undated } from '../core/event.ts';
import { GridrunError, refusal } from '../core/fault.ts';
import { Redaction } from '../text/redaction.ts';

const datasync = promisify(fdatasync);

/** The longest that a written event may be unsynced. */
const SYNC_EVERY_MS = 100;

export interface JournalOptions {
  /** Values that must not be written. */
  readonly secrets?: readonly string[];
  /** ms since the epoch */
  readonly now?: () => number;
  /** Called once, when the journal can't be written any more; the run should then stop. */
  readonly onFailure?: (error: GridrunError) => void;
  /** Opens the file and gives its descriptor, for tests of a full disk; the default makes a new file. */
  readonly open?: (path: string) => number;
}

/**
 * The append-only log of a run, one JSON event a line. An event is in the file when `append` returns; it is on the
 * disk at most 100 ms later, and verdicts at once: those of one turn of the event loop share one sync.
 */
export class Journal {
  readonly path: string;
  readonly #fd: number;
  readonly #redaction: Redaction;
  readonly #now: () => number;
  readonly #onFailure: (error: GridrunError) => void;
  #failure: GridrunError | undefined;
  #lastAt = 0;
  #size = 0;
  #unsynced = false;
  #timer: NodeJS.Timeout | undefined;
  #batch: NodeJS.Immediate | undefined;
  #syncing: Promise<void> | undefined;
  #closed = false;

  private constructor(path: string, fd: number, options: JournalOptions) {
    this.path = path;
    this.#fd = fd;
    this.#redaction = new Redaction(options.secrets ?? []);
    this.#now = options.now ?? Date.now;
    this.#onFailure = options.onFailure ?? (() => {});
  }

  /** Starts a new journal. Throws a refusal where the file exists or can't be made: a journal is never overwritten. */
  static open(path: string, options: JournalOptions = {}): Journal {
    try {
      const openNew = options.open ?? ((name: string) => openSync(name, 'wx'));
      return new Journal(path, openNew(path), options);
    } catch (error) {
      throw refusal('journal.open', `the journal ${path} can't be started: ${(error as Error).message}`, {
        hint: 'give another folder with --out',
      });
    }
  }

  /** Why the journal could not be written, where it could not. */
  get failure(): GridrunError | undefined {
    return this.#failure;
  }

  /** Dates the event, takes the secrets out and writes it. Reporters get what this returns, never what was given. */
  append(event: Undated): RunEvent {
    this.#lastAt = Math.max(this.#lastAt, this.#now());
    const { type, ...rest } = this.#redaction.value(event);
    const dated = { type, at: this.#lastAt, ...rest } as RunEvent;
    if (this.#failure === undefined && !this.#closed) this.#write(dated);
    return dated;
  }

  /** Everything that was appended is on the disk when this resolves. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    clearImmediate(this.#batch);
    this.#timer = this.#batch = undefined;
    while (this.#unsynced || this.#syncing !== undefined) await (this.#syncing ?? this.#sync());
  }

  /** Syncs and closes; the second call does nothing. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.flush();
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }

  #write(event: RunEvent): void {
    const line = Buffer.from(`${JSON.stringify(event)}\n`);
    try {
      for (let done = 0; done < line.length;) done += writeSync(this.#fd, line, done);
      this.#size += line.length;
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#unsynced = true;
    if (event.type === 'site-judged' || event.type === 'session-opened' || event.type === 'run-started') {
      this.#batch ??= setImmediate(() => void this.flush());
    } else {
      this.#timer ??= setTimeout(() => void this.flush(), SYNC_EVERY_MS);
    }
  }

  #sync(): Promise<void> {
    this.#unsynced = false;
    this.#syncing = datasync(this.#fd)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => (this.#syncing = undefined));
    return this.#syncing;
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = new GridrunError(
      'journal.write',
      `the journal ${this.path} can't be written: ${(error as Error).message}`,
      { hint: 'make room on the disk, then go on with --resume', cause: error },
    );
    this.#unsynced = false;
    try {
      // Half a line may be there; without it the journal replays up to its last event.
      ftruncateSync(this.#fd, this.#size);
    } catch {
      // A torn last line replays too.
    }
    this.#onFailure(this.#failure);
  }
}
