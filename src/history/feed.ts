import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { ownResult } from '../core/attribution/own-result.ts';
import { buildsOf } from '../core/builds.ts';
import { refusal } from '../core/fault.ts';
import type { RunState, SiteState } from '../core/run-state.ts';
import { verdictOfCheck } from '../core/verdict.ts';

/** Messages come from sites and may be long. A story shows only their beginning. */
const MAX_MESSAGE_CHARS = 500;

/** Writes a run. Replaces it if it is there already. Call it in a transaction. */
export function feedRun(database: DatabaseSync, state: RunState): void {
  const { started } = state;
  if (started === undefined)
    throw refusal('history.run', 'the journal has no first line, so it does not name a run', {
      hint: 'leave its folder out',
    });
  const known = database.prepare('SELECT id FROM runs WHERE run = ?').get(started.run)?.['id'] as number | undefined;
  if (known !== undefined) {
    for (const table of ['site_verdicts', 'check_verdicts'])
      database.prepare(`DELETE FROM ${table} WHERE run_id = ?`).run(known);
    database.prepare('DELETE FROM runs WHERE id = ?').run(known);
  }
  const added = database
    .prepare('INSERT INTO runs (run, started_at, resumes) VALUES (?, ?, ?)')
    .run(started.run, started.at, started.resumes ?? '');
  const runId = Number(added.lastInsertRowid);
  const siteIds = new Names(database, 'sites', 'site');
  const checkIds = new Names(database, 'checks', 'title');
  const siteVerdict = database.prepare('INSERT INTO site_verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  // Two titles of a journal from elsewhere may be one to SQLite, which has no half characters.
  const checkVerdict = database.prepare('INSERT OR REPLACE INTO check_verdicts VALUES (?, ?, ?, ?, ?)');
  const builds = buildsOf(state);
  for (const entry of state.sites()) {
    const siteId = siteIds.idOf(entry.site.id);
    feedSite(siteVerdict, siteId, runId, entry);
    for (const check of entry.verdict.checks)
      checkVerdict.run(
        siteId,
        checkIds.idOf(check.title),
        runId,
        verdictOfCheck(check),
        ownResult(check, entry.verdict, builds) ?? null,
      );
  }
}

function feedSite(
  statement: StatementSync,
  siteId: number,
  runId: number,
  { site, verdict, expectedMs, session }: SiteState,
): void {
  const wrong = verdict.checks.find((check) => check.fault !== undefined);
  const browser = session === undefined ? null : `${session.opened.browserName} ${session.opened.browserVersion}`;
  statement.run(
    siteId,
    runId,
    site.url,
    verdict.verdict,
    verdict.cause ?? null,
    verdict.code ?? null,
    wrong?.fault?.message.slice(0, MAX_MESSAGE_CHARS) ?? null,
    verdict.attempts,
    verdict.durationMs,
    expectedMs ?? null,
    browser,
  );
}

/** Stores each name once and gives it a number. */
class Names {
  readonly #ids = new Map<string, number>();
  readonly #insert: StatementSync;
  readonly #select: StatementSync;

  constructor(database: DatabaseSync, table: string, column: string) {
    this.#select = database.prepare(`SELECT id FROM ${table} WHERE ${column} = ?`);
    this.#insert = database.prepare(`INSERT INTO ${table} (${column}) VALUES (?)`);
  }

  idOf(name: string): number {
    const known =
      this.#ids.get(name) ??
      (this.#select.get(name)?.['id'] as number | undefined) ??
      Number(this.#insert.run(name).lastInsertRowid);
    this.#ids.set(name, known);
    return known;
  }
}
