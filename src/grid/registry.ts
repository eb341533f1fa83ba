import { lstat, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { GridrunError, refusal, systemFault } from '../core/fault.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from '../os/process-identity.ts';
import { writeWhole } from '../os/write-whole.ts';

/** A folder gets its record within milliseconds. */
const UNRECORDED_MS = 3_600_000;

/** A session on disk, from before its request until after its release. */
export interface SessionRecord {
  readonly owner: ProcessIdentity;
  /** `se:name`. It finds a session whose id never arrived. */
  readonly name: string;
  /** Without credentials. */
  readonly endpoint?: string;
  readonly sessionId?: string;
  /** Every process of a local session has this folder in its command line. */
  readonly folder: string;
}

/** A record that is on disk. */
export interface Registration {
  /** The session's own folder. Empty at first. */
  readonly folder: string;
  /** Adds facts to the record. They are on disk when this returns. */
  update(facts: { readonly endpoint?: string; readonly sessionId?: string }): Promise<void>;
  /** Removes the record and the folder, after the session's release. */
  remove(): Promise<void>;
}

/** Where sessions are put on disk before their request. */
export interface SessionBook {
  add(name: string, endpoint?: string): Promise<Registration>;
}

/** For sessions on a server that is removed after the run, and with it every session: nothing need be put on disk. */
export const NO_RECORDS: SessionBook = {
  add: async () => await Promise.resolve({ folder: '', update: async () => {}, remove: async () => {} }),
};

/** The default folder for what a later run must know. */
function defaultStateDir(): string {
  // Windows has no getuid. There each user has a temporary folder of their own.
  return join(tmpdir(), `gridrun-${process.getuid?.() ?? userInfo().username}`);
}

/** A folder that is no session's yet: `draft-<pid>@<machine>-<6 characters>`. It names who makes it. */
const DRAFT = /^draft-(\d+)@(.+)-[^-]{6}$/;
const PROBE_BYTES = 4096;

/** The sessions of this user's runs on this machine, one folder each. A later run can end what a killed run left. */
export class SessionRegistry {
  readonly stateDir: string;

  constructor(stateDir: string = defaultStateDir()) {
    this.stateDir = stateDir;
  }

  /** Throws a refusal if no session can be put on disk. Call it before a run starts. */
  async prove(): Promise<void> {
    try {
      await this.#makeStateDir();
      const folder = await this.#draft();
      try {
        await writeFile(join(folder, 'room'), Buffer.alloc(PROBE_BYTES));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    } catch (error) {
      if (error instanceof GridrunError) throw error;
      throw refusal(
        'runner.state-dir',
        `cannot write into ${this.stateDir}, which keeps track of open sessions: ${(error as Error).message}`,
        { hint: 'make it writable, free space on its disk, or set TMPDIR to another folder' },
      );
    }
  }

  /**
   * Puts a session on disk before its request. Throws a refusal if the state folder belongs to another user, and
   * `runner.system` if the disk does not take the record.
   */
  async add(name: string, endpoint?: string): Promise<Registration> {
    try {
      return await this.#add(name, endpoint);
    } catch (error) {
      throw systemFault(error);
    }
  }

  async #add(name: string, endpoint?: string): Promise<Registration> {
    await this.#makeStateDir();
    const draft = await this.#draft();
    const folder = join(this.stateDir, `s-${draft.slice(-6)}`);
    let record: SessionRecord = {
      owner: ownIdentity(),
      name,
      ...(endpoint === undefined ? {} : { endpoint }),
      folder,
    };
    await write(record, draft);
    // So no folder of a session is ever without its record, whenever the process is killed.
    await rename(draft, folder);
    return {
      folder,
      async update(facts) {
        record = { ...record, ...facts };
        await write(record);
      },
      remove: () => this.forget(record),
    };
  }

  /** The records of runs on this machine that ended without releasing their sessions. */
  async ofDeadOwners(): Promise<SessionRecord[]> {
    const names = await readdir(this.stateDir).catch(() => []);
    const records = await Promise.all(
      names.filter((name) => name.startsWith('s-')).map((name) => read(join(this.stateDir, name))),
    );
    return records.filter((record) => record !== undefined && !isAlive(record.owner)) as SessionRecord[];
  }

  /**
   * Removes what a run left that was killed before it had put its session on disk: drafts of dead processes, and folders
   * that have had no record for an hour. Never throws.
   */
  async removeUnrecorded(): Promise<void> {
    const names = await readdir(this.stateDir).catch(() => []);
    const removals = names.map(async (name) => {
      const folder = join(this.stateDir, name);
      const draft = DRAFT.exec(name);
      if (draft === null && (!name.startsWith('s-') || (await exists(recordFile(folder))))) return;
      const [, pid, host = ''] = draft ?? [];
      const isDead = pid !== undefined && !isAlive({ pid: Number(pid), host });
      if (!isDead && Date.now() - (await stat(folder)).mtimeMs < UNRECORDED_MS) return;
      await rm(folder, { recursive: true, force: true });
    });
    await Promise.allSettled(removals);
  }

  /** The time since the last change of a record, in ms. */
  async ageMs(record: SessionRecord): Promise<number> {
    return Date.now() - (await stat(recordFile(record.folder))).mtimeMs;
  }

  async forget({ folder }: SessionRecord): Promise<void> {
    // In one step, so that a kill in between leaves a draft, which is removed soon, and no folder without a record.
    const draft = `${this.#draftPrefix}${folder.slice(-6)}`;
    const moved = await rename(folder, draft).then(
      () => draft,
      () => folder,
    );
    await rm(recordFile(moved), { force: true });
    // A process that was killed a moment ago may still be writing.
    await rm(moved, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  /** A new folder for the first steps of this process. */
  async #draft(): Promise<string> {
    return await mkdtemp(this.#draftPrefix);
  }

  get #draftPrefix(): string {
    return join(this.stateDir, `draft-${process.pid}@${hostname()}-`);
  }

  async #makeStateDir(): Promise<void> {
    await mkdir(this.stateDir, { recursive: true, mode: 0o700 });
    const { uid } = await lstat(this.stateDir);
    if (process.getuid !== undefined && uid !== process.getuid()) {
      throw refusal(
        'runner.state-dir',
        `${this.stateDir} belongs to another user; remove it, or set TMPDIR to a folder of your own`,
      );
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
}

function recordFile(folder: string): string {
  return join(folder, 'session.json');
}

async function write(record: SessionRecord, folder = record.folder): Promise<void> {
  await writeWhole(recordFile(folder), JSON.stringify(record), { mode: 0o600 });
}

async function read(folder: string): Promise<SessionRecord | undefined> {
  const text = await readFile(recordFile(folder), 'utf8').catch(() => '');
  try {
    const record = JSON.parse(text) as SessionRecord;
    // A record counts only for the folder that it is in.
    return record.folder === folder && typeof record.owner?.pid === 'number' ? record : undefined;
  } catch {
    return salvaged(text, folder);
  }
}

/** What can still be read of a record that was cut: its session lives on. Undefined if that does not find the session. */
function salvaged(text: string, folder: string): SessionRecord | undefined {
  const field = (key: string): unknown => {
    const written = new RegExp(String.raw`"${key}":("(?:[^"\\\n]|\\.)*"|\d+)[,}]`).exec(text)?.[1];
    return written === undefined ? undefined : parsed(written);
  };
  const [pid, host, birth, name, endpoint, sessionId] = ['pid', 'host', 'birth', 'name', 'endpoint', 'sessionId'].map(
    field,
  );
  if (typeof pid !== 'number' || typeof host !== 'string' || typeof name !== 'string') return undefined;
  // The folder comes after the endpoint. Without both, it may be a session of this machine or of any grid.
  if (typeof endpoint !== 'string' && field('folder') !== folder) return undefined;
  return {
    owner: { pid, host, birth: typeof birth === 'string' ? birth : undefined },
    name,
    folder,
    ...(typeof endpoint === 'string' ? { endpoint } : {}),
    ...(typeof sessionId === 'string' ? { sessionId } : {}),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
