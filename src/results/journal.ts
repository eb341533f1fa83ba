import { closeSync, fdatasync, fstatSync, ftruncateSync, openSync, statSync, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { RunEvent, Undated } from '../core/event.ts';
import { GridrunError, refusal } from '../core/fault.ts';
import { Redaction } from '../text/redaction.ts';

const datasync = promisify(fdatasync);

/** The max time between writing an event and syncing it to the disk. */
const SYNC_EVERY_MS = 100;

export interface JournalOptions {
  /** Values that must not be in the file. */
  readonly secrets?: readonly string[];
  /** ms since the epoch */
  readonly now?: () => number;
  /** Called once if the journal can no longer be written. The run should then stop. */
  readonly onFailure?: (error: GridrunError) => void;
  /** What to do after a failure, once the disk has room. Default: to resume the run, if the file has its first line. */
  readonly again?: string;
  /** Opens the file and returns its descriptor. For tests of a full disk. Default: creates a new file. */
  readonly open?: (path: string) => number;
}

/**
 * The append-only log of a run, with one JSON event per line. An event is in the file when `append` returns, and on the
 * disk at most 100 ms later. A verdict is synced at once; the verdicts of one turn of the event loop share a sync.
 */
export class Journal {
  readonly path: string;
  readonly #fd: number;
  readonly #redaction: Redaction;
  readonly #now: () => number;
  readonly #onFailure: (error: GridrunError) => void;
  readonly #again: string | undefined;
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
    this.#again = options.again;
  }

  /** Starts a new journal. Throws a refusal if the file exists or cannot be created: a journal is never overwritten. */
  static open(path: string, options: JournalOptions = {}): Journal {
    try {
      const openNew = options.open ?? ((name: string) => openSync(name, 'wx'));
      return new Journal(path, openNew(path), options);
    } catch (error) {
      throw refusal('journal.open', `cannot create the journal ${path}: ${(error as Error).message}`, {
        hint: 'pass another folder with --out',
      });
    }
  }

  /** Why the journal could not be written. Undefined if it could. */
  get failure(): GridrunError | undefined {
    return this.#failure;
  }

  /** Dates the event, removes the secrets, writes it and returns it. Give reporters only what this returns. */
  append(event: Undated): RunEvent {
    this.#lastAt = Math.max(this.#lastAt, this.#now());
    const { type, ...rest } = this.#redaction.value(event);
    const dated = { type, at: this.#lastAt, ...rest } as RunEvent;
    if (this.#failure === undefined && !this.#closed) this.#write(dated);
    return dated;
  }

  /** Writes nothing more, for this reason. */
  fail(error: GridrunError): void {
    this.#fail(error);
  }

  /** Resolves when everything that was appended is on the disk. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    clearImmediate(this.#batch);
    this.#timer = this.#batch = undefined;
    while (this.#unsynced || this.#syncing !== undefined) await (this.#syncing ?? this.#sync());
  }

  /** Syncs and closes. A second call does nothing. */
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
      .then(() => this.#refuseRemoved())
      .catch((error: unknown) => this.#fail(error))
      .finally(() => (this.#syncing = undefined));
    return this.#syncing;
  }

  /** Writes to a removed file succeed, and are lost. */
  #refuseRemoved(): void {
    if (isGone(this.path) || fstatSync(this.#fd).nlink === 0)
      throw new GridrunError('journal.write', `the journal ${this.path} was removed during the run`, {
        hint: 'leave the results folder alone during a run, then run again',
      });
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure =
      error instanceof GridrunError
        ? error
        : new GridrunError('journal.write', `cannot write the journal ${this.path}: ${(error as Error).message}`, {
            hint: `free space on the disk, then ${this.#again ?? (this.#size === 0 ? 'run again' : 'resume the run with --resume')}`,
            cause: error,
          });
    this.#unsynced = false;
    try {
      // Remove a half-written line, so that the journal replays up to its last event.
      ftruncateSync(this.#fd, this.#size);
    } catch {
      // A torn last line replays, too.
    }
    this.#onFailure(this.#failure);
  }
}

function isGone(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
