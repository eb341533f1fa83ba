import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { refusal } from '../core/fault.ts';
import { nearest } from '../text/nearest.ts';
import type { RunState } from '../core/run-state.ts';
import type { RememberedRun, SiteStory } from '../core/story.ts';
import { guarded, inTransaction, openDatabase } from './database.ts';
import type { Loads } from '../core/attribution/failure-rates.ts';
import { countLoads, type ComparedWith, type EarlierLoads } from './earlier-loads.ts';
import { countNights, type NightsWanted } from './earlier-nights.ts';
import { feedRun } from './feed.ts';
import { median } from '../core/median.ts';
import { recentRuns } from './recent-runs.ts';
import { siteStory } from './site-story.ts';

/** How many runs the expected duration is based on: enough that one slow night does not change it. */
const LAST_RUNS = 5;

/**
 * The results of all runs, in one SQLite file. Everything in it comes from the journals, so you can delete it and rebuild
 * it at any time. Several processes may write into one file at once. Dispose of it to close it.
 */
export class History implements Disposable {
  readonly path: string;
  readonly #database: DatabaseSync;

  private constructor(path: string, database: DatabaseSync) {
    this.path = path;
    this.#database = database;
  }

  /** Opens the file, or creates it. If it is broken or of another version, throws a refusal that says how to rebuild it. */
  static open(path: string): History {
    return new History(path, openDatabase(path));
  }

  /** Rebuilds the file from runs in any order. Replaces the old file when the new one is complete. */
  static async rebuild(path: string, runs: AsyncIterable<RunState> | Iterable<RunState>): Promise<History> {
    const draft = `${path}.${randomUUID()}`;
    try {
      const history = History.open(draft);
      try {
        for await (const run of runs) history.feed(run);
      } finally {
        history[Symbol.dispose]();
      }
      // SQLite would apply the rollback journal of a broken file to the new one.
      for (const rest of ['-journal', '-wal', '-shm']) rmSync(`${path}${rest}`, { force: true });
      renameSync(draft, path);
    } finally {
      for (const name of [draft, `${draft}-journal`]) if (existsSync(name)) rmSync(name);
    }
    return History.open(path);
  }

  /** Writes a run, all of it or nothing. Replaces what the file knows of the same run: its journal may have grown. */
  feed(run: RunState): void {
    this.#use((database) => inTransaction(database, () => feedRun(database, run)));
  }

  /** The expected duration of each site, in ms, by its id: the median of its last runs, without faulted attempts. */
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

  /** How often each check failed by itself in the last runs: by the id of the site, then by title. */
  loads(lastRuns: number, comparedWith: ComparedWith): EarlierLoads {
    return this.#use((database) => countLoads(database, lastRuns, comparedWith));
  }

  /** In how many of the last runs something failed on each site, by its id. */
  nights(wanted: NightsWanted): ReadonlyMap<string, Loads> {
    return this.#use((database) => countNights(database, wanted));
  }

  /** The story of a site. If no run had the site, throws a refusal that names the most similar one. */
  story(siteId: string, lastRuns = LAST_RUNS): SiteStory {
    const story = this.#use((database) => siteStory(database, siteId, lastRuns));
    if (story !== undefined) return story;
    const ids = this.#use((database) => database.prepare('SELECT site FROM sites').all()).map((row) =>
      String(row['site']),
    );
    const near = nearest(siteId, ids);
    throw refusal('history.site', `the history ${this.path} has no site ${JSON.stringify(siteId)}`, {
      hint: near === undefined ? undefined : `did you mean ${near}?`,
    });
  }

  /** The last runs of each site, newest first. Leaves out a site that no run had. */
  recent(siteIds: Iterable<string>, max: number): Map<string, RememberedRun[]> {
    return this.#use((database) => recentRuns(database, siteIds, max));
  }

  [Symbol.dispose](): void {
    if (this.#database.isOpen) this.#database.close();
  }

  #use<T>(work: (database: DatabaseSync) => T): T {
    return guarded(this.path, () => work(this.#database));
  }
}
