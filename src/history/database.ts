import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GridrunError, refusal } from '../core/fault.ts';
import { APPLICATION_ID, HISTORY_VERSION, TABLES, UPGRADES } from './schema.ts';

/** Longer than another process needs to write a run. */
const BUSY_TIMEOUT_MS = 30_000;

const REBUILD = 'rebuild it from the journals: gridrun history --rebuild <results dir..>';

/** SQLite's primary result codes that matter here. */
const BUSY = 5;
const BROKEN: ReadonlySet<number> = new Set([11, 26]);

/** Opens the file, or creates it. Throws a refusal if the file is not a history that this gridrun can read. */
export function openDatabase(path: string): DatabaseSync {
  return guarded(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    try {
      inTransaction(database, () => prepare(database, path));
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  });
}

/** Runs work that writes: all of it or nothing, and one process at a time. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  // Immediate, because two processes that read first and then want to write would both have to give up.
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Turns SQLite's errors into gridrun's. A broken file is refused with the command that rebuilds it. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as { readonly errcode?: unknown }).errcode;
    if (typeof code !== 'number') throw error;
    const message = (error as Error).message;
    if (BROKEN.has(code & 0xff))
      throw refusal('history.broken', `the history ${path} is damaged: ${message}`, { hint: REBUILD });
    const hint =
      (code & 0xff) === BUSY
        ? 'another process is writing to it; try again later'
        : 'check the disk and the permissions of the file';
    throw new GridrunError('history.file', `cannot use the history ${path}: ${message}`, { hint, cause: error });
  }
}

function prepare(database: DatabaseSync, path: string): void {
  const version = numberOf(database, 'PRAGMA user_version');
  const application = numberOf(database, 'PRAGMA application_id');
  const isEmpty = numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0 && version === 0;
  if (isEmpty) {
    database.exec(TABLES);
    return;
  }
  if (application !== APPLICATION_ID) {
    throw refusal('history.other', `${path} is a SQLite file, but not a history of gridrun`, {
      hint: 'pass another results folder with --out',
    });
  }
  const upgrade = UPGRADES.get(version);
  if (version !== HISTORY_VERSION && upgrade === undefined) {
    const which = version > HISTORY_VERSION ? 'a newer' : 'an older';
    throw refusal(
      'history.version',
      `${which} gridrun wrote the history ${path}: it has version ${version}, and this gridrun reads ${HISTORY_VERSION}`,
      { hint: REBUILD },
    );
  }
  refuseDamaged(database, path);
  if (upgrade !== undefined) database.exec(upgrade);
}

function refuseDamaged(database: DatabaseSync, path: string): void {
  const check = database.prepare('PRAGMA quick_check(1)').get();
  if (check?.['quick_check'] !== 'ok')
    throw refusal('history.broken', `the history ${path} is damaged: ${String(check?.['quick_check'])}`, {
      hint: REBUILD,
    });
}

function numberOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
}
