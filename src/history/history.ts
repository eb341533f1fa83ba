import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { refusal } from '../core/fault.ts';
import { nearest } from '../text/nearest.ts';
import type { RunState } from '../core/run-state.ts';
import type { RememberedRun, SiteStory } from '../core/story.ts';
import { guarded, inTransaction, openDatabase } from './database.ts';
import { feedRun } from './feed.ts';
import { median } from './median.ts';
import { recentRuns } from './recent-runs.ts';
import { siteStory } from './site-story.ts';

/** How many runs say what a site takes: enough that one slow night is not believed. */
const LAST_RUNS = 5;

/**
 * What all runs said, in one SQLite file. It holds nothing that the journals do not: it may be deleted at any time and
 * built anew. Several processes may feed one file at once. Close it by disposing of it.
 */
export class History implements Disposable {
  readonly path: string;
  readonly #database: DatabaseSync;

  private constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.#database = database;
  }

  /** Opens the file, or makes it. Throws a refusal that says how to rebuild it where it is broken or of another version. */
  static open(path: string): History {
    return new History(path, openDatabase(path));
  }

  /** Builds the file anew from runs in any order; the old file, whatever it is, is replaced when all of them are in. */
  static async rebuild(path: string, runs: AsyncIterable<RunState> | Iterable<RunState>): Promise<History> {
    const draft = `${path}.${randomUUID()}`;
    try {
      const history = History.open(draft);
      try {
        for await (const run of runs) history.feed(run);
      } finally {
        history[Symbol.dispose]();
      }
      // A broken file's rollback journal would be played back into the new one.
      for (const rest of ['-journal', '-wal', '-shm']) rmSync(`${path}${rest}`, { force: true });
      renameSync(draft, path);
    } finally {
      for (const name of [draft, `${draft}-journal`]) if (existsSync(name)) rmSync(name);
    }
    return History.open(path);
  }

  /** Takes a run, whole or not at all. The same run again replaces what is known of it: its journal may have grown. */
  feed(run: RunState): void {
    this.#use((database) => inTransaction(database, () => feedRun(database, run)));
  }

  /** What each site takes, in ms, to plan by: the median of its last runs in which an attempt did not fault. */
  durations(lastRuns = LAST_RUNS): Map<string, number> {
    const rows = this.#use((database) =>
      database
        .prepare(
          `
      SELECT site, expected_ms AS ms FROM (
        SELECT v.site_id, v.expected_ms, row_number() OVER (PARTITION BY v.site_id ORDER BY r.started_at DESC, r.run DESC) AS age
        FROM site_verdicts v JOIN counted_runs r ON r.id = v.run_id WHERE v.expected_ms IS NOT NULL
      ) JOIN sites s ON s.id = site_id WHERE age <= ? ORDER BY site
    `,
        )
        .all(lastRuns),
    ) as unknown as readonly { readonly site: string; readonly ms: number }[];
    const bySite = Map.groupBy(rows, ({ site }) => site);
    return new Map([...bySite].map(([site, seen]) => [site, median(seen.map(({ ms }) => ms))]));
  }

  /** One site's story. Throws a refusal that names the nearest known site where it was never seen. */
  story(siteId: string, lastRuns = LAST_RUNS): SiteStory {
    const story = this.#use((database) => siteStory(database, siteId, lastRuns));
    if (story !== undefined) return story;
    const ids = this.#use((database) => database.prepare('SELECT site FROM sites').all()).map((row) =>
      String(row['site']),
    );
    const near = nearest(siteId, ids);
    throw refusal('history.site', `the history ${this.path} knows no site ${JSON.stringify(siteId)}`, {
      hint: near === undefined ? undefined : `did you mean ${near}?`,
    });
  }

  /** The newest runs in which each site was seen, the newest first; a site that was never seen is left out. */
  recent(siteIds: Iterable<string>, most: number): Map<string, RememberedRun[]> {
    return this.#use((database) => recentRuns(database, siteIds, most));
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #use<T>(work: (database: DatabaseSync) => T): T {
    return guarded(this.path, () => work(this.#database));
  }
}
