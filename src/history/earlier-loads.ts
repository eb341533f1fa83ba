import type { DatabaseSync } from 'node:sqlite';
import type { Loads } from '../core/attribution/failure-rates.ts';

/** How often each check failed by itself in earlier runs: by the id of the site, then by title. A run counts as one load. */
export type EarlierLoads = ReadonlyMap<string, ReadonlyMap<string, Loads>>;

/** Counts in the last runs. Leaves out what says nothing about the site itself: see `ownResult`. */
export function countLoads(database: DatabaseSync, lastRuns: number): EarlierLoads {
  const rows = database
    .prepare(
      `
    SELECT s.site, c.title, sum(v.own = 'failed') AS failed, count(*) AS runs
    FROM check_verdicts v
      JOIN sites s ON s.id = v.site_id
      JOIN checks c ON c.id = v.check_id
    WHERE v.run_id IN (SELECT id FROM counted_runs ORDER BY started_at DESC, run DESC LIMIT ?)
      AND v.own IS NOT NULL
    GROUP BY v.site_id, v.check_id
  `,
    )
    .all(lastRuns) as unknown as readonly { site: string; title: string; failed: number; runs: number }[];
  const bySite = new Map<string, Map<string, Loads>>();
  for (const { site, title, failed, runs } of rows) {
    const ofSite = bySite.get(site) ?? new Map<string, Loads>();
    bySite.set(site, ofSite.set(title, { failed, all: runs }));
  }
  return bySite;
}
