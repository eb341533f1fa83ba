import type { DatabaseSync } from 'node:sqlite';
import type { Loads } from '../core/attribution/failure-rates.ts';

/** How often each check failed by itself in earlier runs: by the id of the site, then by title. A run counts as one load. */
export type EarlierLoads = ReadonlyMap<string, ReadonlyMap<string, Loads>>;

/** What a present run compares its build with. */
export type ComparedWith = 'no-build' | 'another-build';

/**
 * Counts in the last runs. Leaves out what says nothing about the site itself: see `ownResult`. A failure with both builds of
 * a run counts only if the present run compares two builds as well.
 */
export function countLoads(database: DatabaseSync, lastRuns: number, comparedWith: ComparedWith): EarlierLoads {
  const rows = database
    .prepare(
      `
    SELECT s.site, c.title, sum(v.own <> 'passed') AS failed, count(*) AS runs
    FROM check_verdicts v
      JOIN sites s ON s.id = v.site_id
      JOIN checks c ON c.id = v.check_id
    WHERE v.run_id IN (SELECT id FROM counted_runs ORDER BY started_at DESC, run DESC LIMIT ?)
      AND (v.own IN ('passed', 'failed') OR (v.own = 'failed-with-both' AND ?))
    GROUP BY v.site_id, v.check_id
  `,
    )
    .all(lastRuns, comparedWith === 'another-build' ? 1 : 0) as unknown as readonly {
    site: string;
    title: string;
    failed: number;
    runs: number;
  }[];
  const bySite = new Map<string, Map<string, Loads>>();
  for (const { site, title, failed, runs } of rows) {
    const ofSite = bySite.get(site) ?? new Map<string, Loads>();
    bySite.set(site, ofSite.set(title, { failed, all: runs }));
  }
  return bySite;
}
