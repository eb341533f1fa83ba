import type { DatabaseSync } from 'node:sqlite';
import type { Cause } from '../core/fault.ts';
import type { RememberedRun } from '../core/story.ts';

/** The last runs of each site, newest first. Leaves out a site that no run had. */
export function recentRuns(
  database: DatabaseSync,
  siteIds: Iterable<string>,
  max: number,
): Map<string, RememberedRun[]> {
  const newest = database.prepare(`
    SELECT r.run, r.started_at AS startedAt, v.verdict, v.cause, v.code
    FROM site_verdicts v JOIN counted_runs r ON r.id = v.run_id JOIN sites s ON s.id = v.site_id
    WHERE s.site = ? ORDER BY r.started_at DESC, r.run DESC LIMIT ?
  `);
  const bySite = new Map<string, RememberedRun[]>();
  for (const siteId of siteIds) {
    const rows = newest.all(siteId, max) as unknown as readonly RecentRow[];
    if (rows.length > 0) bySite.set(siteId, rows.map(rememberedRun));
  }
  return bySite;
}

interface RecentRow extends Pick<RememberedRun, 'run' | 'startedAt' | 'verdict'> {
  readonly cause: Cause | null;
  readonly code: string | null;
}

function rememberedRun({ run, startedAt, verdict, cause, code }: RecentRow): RememberedRun {
  return { run, startedAt, verdict, ...(cause === null ? {} : { cause }), ...(code === null ? {} : { code }) };
}
