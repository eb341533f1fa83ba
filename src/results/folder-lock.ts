import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { refusal } from '../core/fault.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from '../os/process-identity.ts';
import { LOCK } from './layout.ts';

/** The process that holds a results folder, as its lock file names it. */
interface Holder extends ProcessIdentity {
  readonly birth: string;
  readonly token: string;
}

const heldHere = new Set<string>();

/** Makes sure that only one run at a time writes into a results folder. */
export class FolderLock implements Disposable {
  readonly #path: string;
  readonly #token: string;

  private constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
  }

  /** Locks a folder. Takes over the lock of a dead process. Throws a refusal that names the process that has the folder. */
  static take(folder: string): FolderLock {
    const path = join(folder, LOCK);
    const token = randomUUID();
    const { birth = '', ...identity } = ownIdentity();
    const own: Holder = { ...identity, birth, token };
    // Link the file into place with its content, so that no process reads half a lock.
    const draft = `${path}.${token}`;
    writeFileSync(draft, JSON.stringify(own), { flag: 'wx' });
    try {
      for (let tries = 0; !linked(draft, path); tries++) {
        const holder = readHolder(path);
        if (holder !== undefined && (isHolding(holder) || tries > 10)) throw heldBy(holder, folder, path);
        if (holder !== undefined) removeStale(path, holder);
      }
    } finally {
      rmSync(draft, { force: true });
    }
    heldHere.add(token);
    return new FolderLock(path, token);
  }

  /** Releases the folder. A second call does nothing. */
  [Symbol.dispose](): void {
    if (heldHere.delete(this.#token) && readHolder(this.#path)?.token === this.#token)
      rmSync(this.#path, { force: true });
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined if there is no lock. A lock that cannot be read belongs to no process. */
function readHolder(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { pid, host, birth, token } = JSON.parse(text) as Partial<Holder>;
    return { pid: pid ?? 0, host: host ?? '', birth: birth ?? '', token: token ?? '' };
  } catch {
    return { pid: 0, host: hostname(), birth: '', token: '' };
  }
}

function isHolding(holder: Holder): boolean {
  if (heldHere.has(holder.token)) return true;
  // A process with our own pid that does not hold it through us was an earlier one.
  if (holder.host === hostname() && holder.pid === process.pid) return false;
  return isAlive(holder);
}

/** Removes the lock of a dead process. If another run replaced it in the meantime, puts that lock back. */
function removeStale(path: string, stale: Holder): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside)?.token !== stale.token) linked(aside, path);
  rmSync(aside, { force: true });
}

function heldBy(holder: Holder, folder: string, path: string): Error {
  const where = holder.host === hostname() ? '' : ` on ${holder.host}`;
  return refusal('out.locked', `process ${holder.pid}${where} is writing its results to ${folder}`, {
    hint: `wait for it to end, or pass another folder with --out${where === '' ? '' : `; if it is gone, remove ${path}`}`,
  });
}
