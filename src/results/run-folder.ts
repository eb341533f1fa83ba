import { existsSync, readdirSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunStarted } from '../core/event.ts';
import { refusal } from '../core/fault.ts';
import { FolderLock } from './folder-lock.ts';
import { makeFolder } from '../os/make-folder.ts';
import { DRAFTS, EVIDENCE, isMoreJUnit, JOURNAL, RUN_FILES, UNFINISHED } from './layout.ts';
import { replay } from './replay.ts';

/** An unfinished run whose files were put aside. */
export interface SetAside {
  readonly run: string;
  readonly path: string;
}

/** A run that `--resume` can go on with. */
export interface UnfinishedRun extends SetAside {
  readonly journalPath: string;
  /** ms since the epoch */
  readonly startedAt: number;
}

/** The results folder of one run at a time. Release it by disposing of it. */
export class RunFolder implements Disposable {
  readonly path: string;
  readonly #lock: FolderLock;

  private constructor(path: string, lock: FolderLock) {
    this.path = path;
    this.#lock = lock;
  }

  /** Makes the folder where it is missing and locks it. Throws a refusal where it can't be had. */
  static async open(path: string): Promise<RunFolder> {
    try {
      await makeFolder(path);
    } catch (error) {
      throw refusal('out.folder', `the results folder ${path} can't be made: ${(error as Error).message}`);
    }
    return new RunFolder(path, FolderLock.take(path));
  }

  get journalPath(): string {
    return join(this.path, JOURNAL);
  }

  get evidencePath(): string {
    return join(this.path, EVIDENCE);
  }

  /**
   * Moves what an unfinished run left to `unfinished/<run>/`, and says where; a finished run's files stay.
   * To be called first: afterwards nothing that lies here is lost by being replaced.
   */
  async setAside(): Promise<SetAside | undefined> {
    if (!existsSync(this.journalPath) || (await isFinished(this.journalPath))) return undefined;
    const run = (await headerOf(this.journalPath))?.run ?? 'unknown';
    const path = this.#freePath(asFileName(run));
    await mkdir(path, { recursive: true });
    // The journal goes last: a crash in between leaves an unfinished journal, and the rest is moved next time.
    for (const name of [...moreJUnit(this.path), ...[...RUN_FILES].reverse()])
      await moveIfThere(join(this.path, name), join(path, name));
    await Promise.all(DRAFTS.map((name) => rm(join(this.path, name), { force: true })));
    return { run, path };
  }

  /** Removes a finished run's files to make room for a new run's. Throws where an unfinished run's are still here. */
  async clear(): Promise<void> {
    if (existsSync(this.journalPath) && !(await isFinished(this.journalPath))) {
      throw new Error(`${this.journalPath} is of an unfinished run, which must be set aside first`);
    }
    // The journal goes first: without it what is left is nobody's, and with it nothing is missing.
    for (const name of [...RUN_FILES, ...DRAFTS, ...moreJUnit(this.path)])
      await rm(join(this.path, name), { recursive: true, force: true });
    await mkdir(this.evidencePath);
  }

  /** The unfinished runs that were put aside, newest first. */
  async unfinished(): Promise<UnfinishedRun[]> {
    const folder = join(this.path, UNFINISHED);
    const names = existsSync(folder) ? readdirSync(folder) : [];
    const runs = await Promise.all(
      names.map(async (name): Promise<UnfinishedRun[]> => {
        const path = join(folder, name);
        const journalPath = join(path, JOURNAL);
        const header = existsSync(journalPath) ? await headerOf(journalPath) : undefined;
        return header === undefined ? [] : [{ run: header.run, path, journalPath, startedAt: header.at }];
      }),
    );
    return runs.flat().sort((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? 1 : -1));
  }

  /** The finished run that lies here, where there is one. */
  async finished(): Promise<RunStarted | undefined> {
    return existsSync(this.journalPath) && (await isFinished(this.journalPath))
      ? headerOf(this.journalPath)
      : undefined;
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }

  #freePath(run: string): string {
    const wanted = join(this.path, UNFINISHED, run);
    for (let index = 1; ; index++) {
      const path = index === 1 ? wanted : `${wanted}-${index}`;
      // A folder without its journal is one that a crash kept from being filled.
      if (!existsSync(join(path, JOURNAL))) return path;
    }
  }
}

/** What to tell a person whose unfinished run was put aside. */
export function setAsideText({ run, path }: SetAside): string {
  return `The unfinished run ${run} was moved to ${path}; go on with it by gridrun --resume ${run}`;
}

/** The header of a journal; undefined where a run was cut off before it was written. Throws as `replay` does. */
export async function headerOf(journalPath: string): Promise<RunStarted | undefined> {
  for await (const event of replay(journalPath)) return event.type === 'run-started' ? event : undefined;
  return undefined;
}

/** Did the run end by itself? One that a person interrupted did not: it can be gone on with. */
export async function isFinished(journalPath: string): Promise<boolean> {
  const line = await lastLine(journalPath);
  try {
    const event = JSON.parse(line) as { readonly type?: unknown; readonly stopped?: unknown } | null;
    return event?.type === 'run-ended' && event.stopped !== 'interrupted';
  } catch {
    return false;
  }
}

/** The last whole line; empty where the file does not end with one. Read from its end: a journal may be long. */
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

/** The further files of a JUnit report that is too large for one. */
function moreJUnit(folder: string): string[] {
  return readdirSync(folder).filter(isMoreJUnit);
}

async function moveIfThere(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  await rm(to, { recursive: true, force: true });
  await rename(from, to);
}

/** A run's name comes from a file that anyone may have written. */
function asFileName(run: string): string {
  const safe = run.replaceAll(/[^A-Za-z0-9_.-]/g, '_').replace(/^\.+/, '_');
  return safe === '' ? 'unknown' : safe;
}
