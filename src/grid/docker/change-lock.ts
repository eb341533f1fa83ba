import { randomUUID } from 'node:crypto';
import { linkSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, ownIdentity, type ProcessIdentity } from '../../os/process-identity.ts';
import { SessionRegistry } from '../registry.ts';

const POLL_MS = 100;

interface Holder extends ProcessIdentity {
  readonly token: string;
}

/**
 * Makes sure that one gridrun of this user at a time changes a grid, or builds an image: two that start the same containers
 * remove each other's. If the system takes no lock, for example because the disk is full, the work goes on without one.
 */
export class ChangeLock implements Disposable {
  readonly #path: string;
  readonly #token: string;

  private constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
  }

  /** Locks a grid. Returns undefined if another gridrun is changing it. */
  static try(grid: string): ChangeLock | undefined {
    const found = tryLock(grid);
    return found instanceof ChangeLock ? found : undefined;
  }

  /** Waits until no other gridrun changes the grid, and locks it. Throws if the signal aborts. */
  static async take(
    grid: string,
    { signal, onProgress, doing = `changing the grid '${grid}'` }: TakeOptions,
  ): Promise<ChangeLock> {
    let shown: number | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const found = tryLock(grid);
      if (found instanceof ChangeLock) return found;
      if (shown !== found.pid) onProgress?.(`waiting for process ${found.pid}, another gridrun that is ${doing}`);
      shown = found.pid;
      await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
    }
  }

  /** Made by `tryLock` only. */
  static at(path: string, token: string): ChangeLock {
    return new ChangeLock(path, token);
  }

  [Symbol.dispose](): void {
    try {
      if (holderOf(this.#path)?.token === this.#token) rmSync(this.#path, { force: true });
    } catch {
      // The next gridrun sees that this process has ended.
    }
  }
}

interface TakeOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((text: string) => void) | undefined;
  /** What the other gridrun does, for the message. */
  readonly doing?: string;
}

/** Returns the lock, or the process that has it. */
function tryLock(grid: string): ChangeLock | Holder {
  const { stateDir } = new SessionRegistry();
  const path = join(stateDir, `grid-${grid}.lock`);
  const token = randomUUID();
  const lock = ChangeLock.at(path, token);
  const draft = `${path}.${token}`;
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    // In another user's folder, anybody could stop us with a lock.
    if (process.getuid !== undefined && lstatSync(stateDir).uid !== process.getuid()) return lock;
    writeFileSync(draft, JSON.stringify({ ...ownIdentity(), token }), { mode: 0o600 });
    for (;;) {
      if (isPlaced(draft, path)) return lock;
      const holder = holderOf(path);
      if (holder !== undefined && isAlive(holder)) return holder;
      removeStale(path, `${draft}.stale`);
    }
  } catch {
    return lock;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Puts a file into place with its content. Returns false if there is one already. */
function isPlaced(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined if there is no lock, or none that can be read. */
function holderOf(path: string): Holder | undefined {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8')) as Partial<Holder>;
    return typeof holder.pid === 'number' && typeof holder.host === 'string' ? (holder as Holder) : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the lock of a process that has ended. One that was replaced in the meantime is put back. */
function removeStale(path: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = holderOf(aside);
  if (moved !== undefined && isAlive(moved)) isPlaced(aside, path);
  rmSync(aside, { force: true });
}
