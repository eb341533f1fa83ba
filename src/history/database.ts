import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { GridrunError, refusal } from '../core/fault.ts';
import { APPLICATION_ID, HISTORY_VERSION, TABLES } from './schema.ts';

/** Longer than any other process needs to feed a run. */
const BUSY_TIMEOUT_MS = 30_000;

const REBUILD = 'it can be built anew from the journals: gridrun history --rebuild <results dir..>';

/** What SQLite's primary result codes mean for a history. */
const BUSY = 5;
const BROKEN: ReadonlySet<number> = new Set([11, 26]);

/** Opens the file, makes it where it is missing, and refuses what is not a history that this gridrun can read. */
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

/** Runs work that writes, all of it or nothing, one process after the other. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  // Immediate: two that first read and then both want to write would have to give up.
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

/** Makes SQLite's errors ours: a refusal with the way to rebuild for a broken file, a report for all else. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as { readonly errcode?: unknown }).errcode;
    if (typeof code !== 'number') throw error;
    const message = (error as Error).message;
    if (BROKEN.has(code & 0xff))
      throw refusal('history.broken', `the history ${path} is broken: ${message}`, { hint: REBUILD });
    const hint =
      (code & 0xff) === BUSY
        ? 'another process is writing it: try again when that has ended'
        : 'look at the disk and at who may write the file';
    throw new GridrunError('history.file', `the history ${path} can't be used: ${message}`, { hint, cause: error });
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
    throw refusal('history.other', `${path} is a SQLite file of something else, not a history of gridrun`, {
      hint: 'give another file',
    });
  }
  if (version !== HISTORY_VERSION) {
    const which = version > HISTORY_VERSION ? 'a newer' : 'an older';
    throw refusal(
      'history.version',
      `the history ${path} is of ${which} gridrun: version ${version}, and this one reads ${HISTORY_VERSION}`,
      { hint: REBUILD },
    );
  }
  const check = database.prepare('PRAGMA quick_check(1)').get();
  if (check?.['quick_check'] !== 'ok')
    throw refusal('history.broken', `the history ${path} is broken: ${String(check?.['quick_check'])}`, {
      hint: REBUILD,
    });
}

function numberOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0]);
}
