import { existsSync, readdirSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Notice, RunStarted, Undated } from '../core/event.ts';
import { isResumable } from '../core/stop.ts';
import { GridrunError, refusal } from '../core/fault.ts';
import { FolderLock } from './folder-lock.ts';
import { makeFolder } from '../os/make-folder.ts';
import { DRAFTS, EVIDENCE, isMoreJUnit, JOURNAL, RUN_FILES, UNFINISHED } from './layout.ts';
import { replay } from './replay.ts';

/** An unfinished run that was moved out of the way. */
export interface SetAside {
  readonly run: string;
  readonly path: string;
  /** It tried only what failed before, and cannot be resumed. */
  readonly isRerun?: boolean;
  /** Why the run cannot be resumed: its journal has no sound first line. */
  readonly damage?: string | undefined;
}

/** A run that can be resumed. */
export interface UnfinishedRun extends Pick<SetAside, 'run' | 'path'> {
  readonly journalPath: string;
  /** ms since the epoch */
  readonly startedAt: number;
  /** The run that it resumed. */
  readonly resumes?: string | undefined;
}

/** A results folder, locked for one run. Dispose of it to release the lock. */
export class RunFolder implements Disposable {
  readonly path: string;
  readonly #lock: FolderLock;
  #wasCutOff: boolean;

  private constructor(path: string, lock: FolderLock) {
    this.path = path;
    this.#lock = lock;
    this.#wasCutOff = lock.wasLeft;
  }

  /** Creates the folder if it is missing, and locks it. Throws a refusal if that is not possible. */
  static async open(path: string): Promise<RunFolder> {
    try {
      await makeFolder(path);
    } catch (error) {
      throw refusal('out.folder', `cannot create the results folder ${path}: ${(error as Error).message}`, {
        hint: 'check the rights of the folder above it, or pass another folder with --out',
      });
    }
    return new RunFolder(path, FolderLock.take(path));
  }

  /** From which other machine the folder was taken over, and why. Undefined if from none. */
  get tookOver(): string | undefined {
    return this.#lock.tookOver;
  }

  /** Why this process has the folder no more, and must write nothing there. Undefined if it has it. */
  get lost(): string | undefined {
    return this.#lock.lost;
  }

  /** Calls `listen` when another process has taken the folder. */
  onLost(listen: (why: string) => void): void {
    this.#lock.onLost = listen;
  }

  get journalPath(): string {
    return join(this.path, JOURNAL);
  }

  get evidencePath(): string {
    return join(this.path, EVIDENCE);
  }

  /**
   * Moves the files of a run that was killed after the last line of its journal. Nobody could tell later that it was, so do
   * this before anything can refuse. Any other run stays where it is.
   */
  async setAsideIfCutOff(): Promise<SetAside | undefined> {
    return existsSync(this.journalPath) && this.#wasCutOff && (await isFinished(this.journalPath))
      ? await this.setAside()
      : undefined;
  }

  /**
   * Moves the files of an unfinished run to `unfinished/<run>/`, and returns where. Leaves the files of a finished run.
   * After it, no file in the folder is lost if it is replaced.
   */
  async setAside(): Promise<SetAside | undefined> {
    if (!existsSync(this.journalPath) || (await this.#isFinished())) return undefined;
    const { header, damage } = await soundHeaderOf(this.journalPath);
    const run = header?.run ?? 'unknown';
    const path = this.#freePath(asFileName(run));
    await mkdir(path, { recursive: true });
    // Move the journal last: after a crash in between, the next run finds it and moves the rest.
    for (const name of [...moreJUnit(this.path), ...[...RUN_FILES].reverse()])
      await moveIfThere(join(this.path, name), join(path, name));
    await Promise.all(DRAFTS.map((name) => rm(join(this.path, name), { force: true })));
    this.#wasCutOff = false;
    if (damage !== undefined) return { run, path, damage };
    return header?.lastFailed === true ? { run, path, isRerun: true } : { run, path };
  }

  /** Removes the files of a finished run. Throws if an unfinished run is still in the folder. */
  async clear(): Promise<void> {
    if (existsSync(this.journalPath) && !(await this.#isFinished())) {
      throw new Error(`${this.journalPath} belongs to an unfinished run: call setAside first`);
    }
    // Remove the journal first: while it is there, no file of its run is missing.
    for (const name of [...RUN_FILES, ...DRAFTS, ...moreJUnit(this.path)])
      await rm(join(this.path, name), { recursive: true, force: true });
    await mkdir(this.evidencePath);
  }

  /** The unfinished runs, newest first: those that were moved out of the way, and the one that is still in place. */
  async unfinished(): Promise<UnfinishedRun[]> {
    const folder = join(this.path, UNFINISHED);
    const moved = existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
    const isInPlace = existsSync(this.journalPath) && !(await this.#isFinished());
    const runs = await Promise.all(
      [...moved, ...(isInPlace ? [this.path] : [])].map(async (path): Promise<UnfinishedRun[]> => {
        const journalPath = join(path, JOURNAL);
        const { header } = await soundHeaderOf(journalPath);
        if (header === undefined) return [];
        return [{ run: header.run, path, journalPath, startedAt: header.at, resumes: header.resumes }];
      }),
    );
    return runs.flat().sort((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? 1 : -1));
  }

  /** The first event of the finished run in the folder, if there is one. */
  async finished(): Promise<RunStarted | undefined> {
    return existsSync(this.journalPath) && (await this.#isFinished())
      ? (await soundHeaderOf(this.journalPath)).header
      : undefined;
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }

  /** A process that died while it held the folder may have ended its journal, but not written its reports. */
  async #isFinished(): Promise<boolean> {
    return !this.#wasCutOff && (await isFinished(this.journalPath));
  }

  #freePath(run: string): string {
    const wanted = join(this.path, UNFINISHED, run);
    for (let index = 1; ; index++) {
      const path = index === 1 ? wanted : `${wanted}-${index}`;
      // A folder without a journal was left by a crash while files were moved into it.
      if (!existsSync(join(path, JOURNAL))) return path;
    }
  }
}

/** The notice of a folder that was taken over from another machine. */
export function lockTakenOver(text: string): Undated<Notice> {
  return { type: 'notice', level: 'warning', code: 'out.taken-over', text };
}

/** The message for a person whose unfinished run was moved out of the way. */
export function setAsideText({ run, path, damage, isRerun = false }: SetAside): string {
  if (isRerun) return `Moved the unfinished rerun ${run} to ${path}. A run with --last-failed cannot be resumed`;
  if (damage !== undefined) return `Moved a run whose journal is damaged to ${path}. It cannot be resumed: ${damage}`;
  return `Moved the unfinished run ${run} to ${path}. To resume it: gridrun --resume ${run}`;
}

/** The first event of a journal. Undefined if the run was cut off before it. Throws as `replay` does. */
export async function headerOf(journalPath: string): Promise<RunStarted | undefined> {
  for await (const event of replay(journalPath)) return event.type === 'run-started' ? event : undefined;
  return undefined;
}

/** The same for a journal that may be damaged. `damage` says why it has no sound first line, if there is one. */
async function soundHeaderOf(path: string): Promise<{ readonly header?: RunStarted; readonly damage?: string }> {
  try {
    const header = await headerOf(path);
    return header === undefined ? {} : { header };
  } catch (error) {
    if (!(error instanceof GridrunError)) throw error;
    return { damage: error.message };
  }
}

/** Whether the run ended by itself. A run that was interrupted, or ended by an outage, did not, and can be resumed. */
export async function isFinished(journalPath: string): Promise<boolean> {
  try {
    const event = JSON.parse(await lastLine(journalPath)) as {
      readonly type?: unknown;
      readonly stopped?: unknown;
    } | null;
    return event?.type === 'run-ended' && !isResumable(event.stopped);
  } catch {
    return false;
  }
}

/** The last line, or an empty text if it is not whole. Reads from the end, because a journal may be long. */
async function lastLine(path: string): Promise<string> {
  await using file = await open(path);
  const { size } = await file.stat();
  for (let length = Math.min(size, 1 << 16); ; length = Math.min(size, length * 4)) {
    const tail = Buffer.alloc(length);
    await file.read(tail, 0, length, size - length);
    if (tail.at(-1) !== 0x0a) return '';
    const before = length < 2 ? -1 : tail.lastIndexOf(0x0a, length - 2);
    if (before !== -1 || length === size) return tail.subarray(before + 1, length - 1).toString('utf8');
  }
}

/** The second and later files of a JUnit report that is too large for one. */
function moreJUnit(folder: string): string[] {
  return readdirSync(folder).filter(isMoreJUnit);
}

async function moveIfThere(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
}

/** A file system takes 255 bytes, and a number may follow. */
const MAX_NAME_CHARS = 200;

/** Makes a safe file name of a run's name, which comes from a file that anyone may have written. */
function asFileName(run: string): string {
  const safe = run
    .slice(0, MAX_NAME_CHARS)
    .replaceAll(/[^A-Za-z0-9_.-]/g, '_')
    .replace(/^\.+/, '_');
  return safe === '' ? 'unknown' : safe;
}
