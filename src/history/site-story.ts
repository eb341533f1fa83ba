import type { DatabaseSync } from 'node:sqlite';
import { isFailing } from '../core/verdict.ts';
import type { Cause } from '../core/fault.ts';
import type { CheckStory, FlakeRate, Sighting, SiteStory, StoryRun } from '../core/story.ts';
import type { Verdict } from '../core/verdict.ts';
import { median } from '../core/median.ts';

interface Row extends Sighting {
  readonly verdict: Verdict;
}

/** Everything that the history knows of a site. Undefined if no run had it. */
export function siteStory(database: DatabaseSync, siteId: string, lastRuns: number): SiteStory | undefined {
  const rows = database
    .prepare(
      `
    SELECT r.run, r.started_at AS startedAt, v.url, v.verdict, v.cause, v.code, v.message, v.attempts, v.total_ms AS totalMs,
      v.expected_ms AS expectedMs, v.browser
    FROM site_verdicts v JOIN counted_runs r ON r.id = v.run_id JOIN sites s ON s.id = v.site_id
    WHERE s.site = ? ORDER BY r.started_at DESC, r.run DESC
  `,
    )
    .all(siteId) as unknown as readonly SiteRow[];
  const [newest] = rows;
  if (newest === undefined) return undefined;
  const durations = rows.flatMap(({ expectedMs }) => expectedMs ?? []).slice(0, lastRuns);
  return {
    siteId,
    url: newest.url,
    runs: rows.map(storyRun),
    flake: flakeOf(rows),
    ...failuresOf(rows),
    ...(durations.length === 0 ? {} : { expectedMs: median(durations) }),
    checks: checkStories(database, siteId),
  };
}

interface SiteRow extends Row {
  readonly url: string;
  readonly cause: Cause | null;
  readonly code: string | null;
  readonly message: string | null;
  readonly attempts: number;
  readonly totalMs: number;
  readonly expectedMs: number | null;
  readonly browser: string | null;
}

function storyRun({ run, startedAt, verdict, cause, code, message, attempts, totalMs, browser }: SiteRow): StoryRun {
  return {
    run,
    startedAt,
    verdict,
    attempts,
    totalMs,
    ...(cause === null ? {} : { cause }),
    ...(code === null ? {} : { code }),
    ...(message === null ? {} : { message }),
    ...(browser === null ? {} : { browser }),
  };
}

function checkStories(database: DatabaseSync, siteId: string): CheckStory[] {
  const rows = database
    .prepare(
      `
    SELECT c.title, r.run, r.started_at AS startedAt, v.verdict
    FROM check_verdicts v JOIN counted_runs r ON r.id = v.run_id JOIN sites s ON s.id = v.site_id JOIN checks c ON c.id = v.check_id
    WHERE s.site = ? ORDER BY c.title, r.started_at DESC, r.run DESC
  `,
    )
    .all(siteId) as unknown as readonly (Row & { readonly title: string })[];
  const stories = Map.groupBy(rows, ({ title }) => title);
  return [...stories].map(([title, seen]) => ({
    title,
    flake: flakeOf(seen),
    failing: seen.filter(({ verdict }) => isFailing(verdict)).length,
    ...failuresOf(seen),
  }));
}

function flakeOf(rows: readonly Row[]): FlakeRate {
  const count = (...verdicts: readonly Verdict[]): number =>
    rows.filter(({ verdict }) => verdicts.includes(verdict)).length;
  return { flaky: count('flaky'), decided: count('passed', 'flaky', 'failed') };
}

/** @param rows newest first */
function failuresOf(rows: readonly Row[]): { firstFailing?: Sighting; lastFailing?: Sighting } {
  const failing = rows.filter(({ verdict }) => isFailing(verdict)).map(({ run, startedAt }) => ({ run, startedAt }));
  const [last, first] = [failing[0], failing.at(-1)];
  return last === undefined || first === undefined ? {} : { firstFailing: first, lastFailing: last };
}
