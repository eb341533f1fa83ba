import type { DatabaseSync } from 'node:sqlite';
import type { Loads } from '../core/attribution/failure-rates.ts';

/** Which runs to count, and by which checks. */
export interface NightsWanted {
  /** A run counts for a site if it tried all these checks there: another suite fails in other ways. */
  readonly titles: readonly string[];
  /** A run that is left out: the one that is resumed, because it is a part of the present one. */
  readonly without: string;
  readonly lastRuns: number;
}

/**
 * In how many of the last runs something failed on each site, by its id. A failure that was blamed on the build counts too:
 * the question is if a site fails more often than before. Leaves out what the grid or gridrun spoiled.
 */
export function countNights(
  database: DatabaseSync,
  { titles, without, lastRuns }: NightsWanted,
): ReadonlyMap<string, Loads> {
  const rows = database
    .prepare(
      `
    SELECT s.site, sum(n.failed) AS failed, count(*) AS runs
    FROM (
      SELECT v.site_id, v.run_id, max(v.verdict IN ('flaky', 'failed', 'errored')) AS failed
      FROM check_verdicts v JOIN checks c ON c.id = v.check_id
      WHERE v.run_id IN (SELECT id FROM counted_runs WHERE run <> ? ORDER BY started_at DESC, run DESC LIMIT ?)
        AND v.verdict NOT IN ('not-run', 'skipped') AND c.title IN (SELECT value FROM json_each(?))
      GROUP BY v.site_id, v.run_id HAVING count(*) = ?
    ) n
      JOIN site_verdicts w ON w.site_id = n.site_id AND w.run_id = n.run_id
      JOIN sites s ON s.id = n.site_id
    WHERE w.verdict NOT IN ('skipped', 'not-run') AND coalesce(w.cause, '') NOT IN ('grid', 'runner')
    GROUP BY n.site_id
  `,
    )
    .all(without, lastRuns, JSON.stringify(titles), titles.length) as unknown as readonly {
    site: string;
    failed: number;
    runs: number;
  }[];
  return new Map(rows.map(({ site, failed, runs }) => [site, { failed, all: runs }]));
}
