import { randomUUID } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { GridrunError, refusal } from '../core/fault.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from '../os/process-identity.ts';
import { durationText } from '../text/duration-text.ts';
import { LOCK } from './layout.ts';
import { renewLock } from './lock-renewal.ts';

/** The process that holds a results folder, as its lock file names it. */
interface Holder extends ProcessIdentity {
  readonly birth: string;
  readonly token: string;
  /** It renews its lock. Earlier versions of gridrun did not. */
  readonly renewed?: boolean;
}

/** Makes a hard link. */
type Link = (from: string, to: string) => void;

/** For this long, an empty lock belongs to a process that is writing it. */
const WRITING_MS = 2_000;

/** A lock of another machine that was not renewed for this long is taken over. */
const RENEWED_MS = 300_000;
/** The same for a lock of an earlier gridrun, which never renews it. */
const NEVER_RENEWED_MS = 24 * 3_600_000;

const heldHere = new Set<string>();

/** Makes sure that only one run at a time writes into a results folder. */
export class FolderLock implements Disposable {
  /** Did another process die while it held the folder? */
  readonly wasLeft: boolean;
  readonly #path: string;
  readonly #token: string;
  readonly #renewal: Disposable;
  #lost: string | undefined;
  /** Called once when another process has taken the folder, with the same text as `lost`. */
  onLost: (why: string) => void = () => {};
  /** Which lock of another machine this one replaced, and why. Undefined if there was none. */
  readonly tookOver: string | undefined;

  private constructor(path: string, own: Holder, wasLeft: boolean, tookOver: string | undefined) {
    this.#path = path;
    this.#token = own.token;
    this.wasLeft = wasLeft;
    this.tookOver = tookOver;
    this.#renewal = renewLock(path, JSON.stringify(own), (content) => {
      const { pid, host } = holderOf(content);
      this.#lost = `process ${pid} on ${host} took over the results folder ${dirname(path)}: this run did not renew its lock for too long`;
      this.onLost(this.#lost);
    });
  }

  /** Who has taken the folder from this process, which must write nothing more there. Undefined if nobody has. */
  get lost(): string | undefined {
    return this.#lost;
  }

  /**
   * Locks a folder. Takes over the lock of a dead process, and of another machine if it is not renewed any more. Throws a
   * refusal that names the process that has the folder, or says why nothing can be written there.
   * @param link makes a hard link; for tests of file systems that have none
   */
  static take(folder: string, link: Link = linkSync): FolderLock {
    const path = join(folder, LOCK);
    const token = randomUUID();
    const { birth = '', ...identity } = ownIdentity();
    const own: Holder = { ...identity, birth, token, renewed: true };
    const draft = `${path}.${token}`;
    let wasLeft = false;
    let tookOver: string | undefined;
    let now = 0;
    try {
      writeFileSync(draft, JSON.stringify(own), { flag: 'wx' });
      // The disk's clock: that of another machine, and that of this one, may differ.
      now = statSync(draft).mtimeMs;
      for (let tries = 0; !placed(draft, path, link); tries++) {
        const found = readLock(path, now);
        if (found === undefined) continue;
        if (isHolding(found) || tries > 10) throw heldBy(found.holder, folder, path);
        if (!removeStale(path, now, link)) continue;
        wasLeft = true;
        tookOver = takeOverText(found, folder);
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
    removeLeftDrafts(folder, now);
    return new FolderLock(path, own, wasLeft, tookOver);
  }

  /** Releases the folder. A second call does nothing. */
  [Symbol.dispose](): void {
    this.#renewal[Symbol.dispose]();
    if (heldHere.delete(this.#token) && readLock(this.#path, 0)?.holder.token === this.#token)
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

/** Removes what processes left that were killed while they took the lock. */
function removeLeftDrafts(folder: string, now: number): void {
  for (const name of readdirSync(folder)) {
    if (!name.startsWith(`${LOCK}.`)) continue;
    const path = join(folder, name);
    const left = readLock(path, now);
    if (left !== undefined && !isHolding(left)) removeIfPossible(path);
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

/** A lock file. */
interface Lock {
  readonly holder: Holder;
  /** Since it was last renewed, by the clock of its disk. */
  readonly ageMs: number;
}

/** Undefined if there is no lock. `now` is the time by the clock of its disk. */
function readLock(path: string, now: number): Lock | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    const ageMs = now - statSync(path).mtimeMs;
    const isNew = text === '' && ageMs < WRITING_MS;
    return { holder: isNew ? { ...holderOf(text), token: NOT_WRITTEN } : holderOf(text), ageMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** A lock that cannot be read belongs to no process. */
function holderOf(text: string): Holder {
  try {
    const { pid, host, birth, token, renewed } = JSON.parse(text) as Partial<Holder>;
    return { pid: pid ?? 0, host: host ?? '', birth: birth ?? '', token: token ?? '', renewed: renewed === true };
  } catch {
    return { pid: 0, host: hostname(), birth: '', token: '' };
  }
}

function isHolding({ holder, ageMs }: Lock): boolean {
  if (holder.token === NOT_WRITTEN || heldHere.has(holder.token)) return true;
  // Only its machine can tell whether it runs.
  if (holder.host !== hostname()) return ageMs <= patienceMs(holder);
  // A process with our own pid that does not hold it through us was an earlier one.
  return holder.pid !== process.pid && isAlive(holder);
}

function patienceMs({ renewed }: Holder): number {
  return renewed === true ? RENEWED_MS : NEVER_RENEWED_MS;
}

/** Removes a lock that does not hold. If another run replaced or renewed it in the meantime, puts it back: false. */
function removeStale(path: string, now: number, link: Link): boolean {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
  const moved = readLock(aside, now);
  const isStale = moved !== undefined && !isHolding(moved);
  if (!isStale) placed(aside, path, link);
  rmSync(aside, { force: true });
  return isStale;
}

function takeOverText({ holder, ageMs }: Lock, folder: string): string | undefined {
  if (holder.host === hostname()) return undefined;
  return `Took over the results folder ${folder} from process ${holder.pid} on ${holder.host}: its lock was not renewed for ${durationText(ageMs)}`;
}

function heldBy(holder: Holder, folder: string, path: string): Error {
  const isHere = holder.host === hostname();
  const wait = `wait for it to end, or pass another folder with --out`;
  const limit = durationText(patienceMs(holder));
  return refusal(
    'out.locked',
    `process ${holder.pid}${isHere ? '' : ` on ${holder.host}`} is writing its results to ${folder}`,
    {
      hint: isHere
        ? wait
        : `${wait}; if it is gone, remove ${path}, or start again when this lock has not been renewed for ${limit}`,
    },
  );
}
