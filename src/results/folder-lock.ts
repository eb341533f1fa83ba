import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { GridrunError, refusal } from '../core/fault.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from '../os/process-identity.ts';
import { LOCK } from './layout.ts';

/** The process that holds a results folder, as its lock file names it. */
interface Holder extends ProcessIdentity {
  readonly birth: string;
  readonly token: string;
}

/** Makes a hard link. */
type Link = (from: string, to: string) => void;

/** For this long, an empty lock belongs to a process that is writing it. */
const WRITING_MS = 2_000;

const heldHere = new Set<string>();

/** Makes sure that only one run at a time writes into a results folder. */
export class FolderLock implements Disposable {
  /** Did another process die while it held the folder? */
  readonly wasLeft: boolean;
  readonly #path: string;
  readonly #token: string;

  private constructor(path: string, token: string, wasLeft: boolean) {
    this.#path = path;
    this.#token = token;
    this.wasLeft = wasLeft;
  }

  /**
   * Locks a folder. Takes over the lock of a dead process. Throws a refusal that names the process that has the folder,
   * or says why nothing can be written there.
   * @param link makes a hard link; for tests of file systems that have none
   */
  static take(folder: string, link: Link = linkSync): FolderLock {
    const path = join(folder, LOCK);
    const token = randomUUID();
    const { birth = '', ...identity } = ownIdentity();
    const own: Holder = { ...identity, birth, token };
    const draft = `${path}.${token}`;
    let wasLeft = false;
    try {
      writeFileSync(draft, JSON.stringify(own), { flag: 'wx' });
      for (let tries = 0; !placed(draft, path, link); tries++) {
        const holder = readHolder(path);
        if (holder !== undefined && (isHolding(holder) || tries > 10)) throw heldBy(holder, folder, path);
        if (holder === undefined) continue;
        removeStale(path, holder, link);
        wasLeft = true;
      }
    } catch (error) {
      if (error instanceof GridrunError || (error as NodeJS.ErrnoException).code === undefined) throw error;
      throw refusal('out.folder', `cannot write into the results folder ${folder}: ${(error as Error).message}`, {
        hint: 'make it writable and see that the disk has room, or give another folder with --out',
      });
    } finally {
      removeIfPossible(draft);
    }
    heldHere.add(token);
    return new FolderLock(path, token, wasLeft);
  }

  /** Releases the folder. A second call does nothing. */
  [Symbol.dispose](): void {
    if (heldHere.delete(this.#token) && readHolder(this.#path)?.token === this.#token)
      rmSync(this.#path, { force: true });
  }
}

/** How exFAT, FUSE and some network folders say that they have no hard links. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EINVAL',
  'EACCES',
]);

/** Puts a lock into place with its content, so that no process reads half of it. False if there is a lock already. */
function placed(draft: string, path: string, link: Link): boolean {
  try {
    link(draft, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!NO_LINKS.has(code)) throw error;
    return written(draft, path);
  }
}

/** The same without hard links. Another process may read the lock while it is empty: see `readHolder`. */
function written(draft: string, path: string): boolean {
  try {
    writeFileSync(path, readFileSync(draft), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A read-only folder must not hide why the lock could not be taken. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // It was never there.
  }
}

/** The token of a process that has made its lock, but not written it yet. */
const NOT_WRITTEN = 'not written yet';

/** Undefined if there is no lock. A lock that cannot be read belongs to no process. */
function readHolder(path: string): Holder | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
    if (text === '' && Date.now() - statSync(path).mtimeMs < WRITING_MS) {
      return { pid: 0, host: hostname(), birth: '', token: NOT_WRITTEN };
    }
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
  if (holder.token === NOT_WRITTEN || heldHere.has(holder.token)) return true;
  // A process with our own pid that does not hold it through us was an earlier one.
  if (holder.host === hostname() && holder.pid === process.pid) return false;
  return isAlive(holder);
}

/** Removes the lock of a dead process. If another run replaced it in the meantime, puts that lock back. */
function removeStale(path: string, stale: Holder, link: Link): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readHolder(aside)?.token !== stale.token) placed(aside, path, link);
  rmSync(aside, { force: true });
}

function heldBy(holder: Holder, folder: string, path: string): Error {
  const where = holder.host === hostname() ? '' : ` on ${holder.host}`;
  return refusal('out.locked', `process ${holder.pid}${where} is writing its results to ${folder}`, {
    hint: `wait for it to end, or pass another folder with --out${where === '' ? '' : `; if it is gone, remove ${path}`}`,
  });
}
