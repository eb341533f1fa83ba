import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildsOf, type Build } from '../core/builds.ts';
import type { CheckPlan } from '../core/check.ts';
import { refusal } from '../core/fault.ts';
import type { Verdict } from '../core/verdict.ts';
import { runOf, type EarlierRun } from './earlier-runs.ts';
import { foldJournal } from './fold.ts';
import { JOURNAL, RESULTS_JSON } from './layout.ts';
import { readResults } from './read-results.ts';
import type { SiteResult } from './results-json.ts';

/** A flaky site did pass, and a skipped one would be skipped again. */
const NOT_PASSED: ReadonlySet<Verdict> = new Set(['failed', 'errored', 'not-run']);

/** What a rerun must know of the last run. */
export interface LastFailed {
  /** The sites that did not pass, in the order of the list, with the titles of the checks that did not. */
  readonly sites: ReadonlyMap<string, readonly string[]>;
  /** All its checks. */
  readonly checks: readonly CheckPlan[];
  /** The build under test; undefined if the run had no extension. */
  readonly build: Build | undefined;
}

/**
 * The sites that did not pass in the last run. Reads the journal, or results.json if only that was kept. Throws a refusal
 * if the folder has neither, or if what it has is damaged.
 */
export async function lastFailed(folder: string): Promise<LastFailed> {
  if (existsSync(join(folder, JOURNAL))) {
    const state = await foldJournal(join(folder, JOURNAL));
    const run = runOf(state);
    refuseCutPlan(folder, run);
    return { sites: failedOf(run.sites), checks: run.checks, build: buildsOf(state)?.subject };
  }
  if (!existsSync(join(folder, RESULTS_JSON))) {
    throw refusal('last-failed.none', `${folder} has no results of an earlier run`, {
      hint: 'run once without --last-failed',
    });
  }
  const run = await readResults(join(folder, RESULTS_JSON));
  refuseCutPlan(folder, run);
  const build = run.extensions.find(({ arm }) => arm === 'subject');
  return { sites: failedOf(run.sites), checks: run.checks, build };
}

/** The sites that it lacks were not tried either. */
function refuseCutPlan(folder: string, { sites, siteCount }: EarlierRun): void {
  if (sites.length >= siteCount) return;
  throw refusal(
    'last-failed.cut',
    `the last run in ${folder} was cut off before it had written its plan: it names ${sites.length} of ${siteCount} sites`,
    { hint: 'run without --last-failed' },
  );
}

function failedOf(sites: readonly SiteResult[]): LastFailed['sites'] {
  const failed = sites.filter(({ verdict }) => NOT_PASSED.has(verdict));
  const titlesOf = ({ checks }: SiteResult): string[] =>
    checks.filter(({ status }) => NOT_PASSED.has(status)).map(({ title }) => title);
  return new Map(failed.map((site) => [site.id, titlesOf(site)]));
}
