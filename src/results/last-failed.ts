import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildsOf, type Build } from '../core/builds.ts';
import { refusal } from '../core/fault.ts';
import type { Verdict } from '../core/verdict.ts';
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
  /** The titles of all its checks. */
  readonly titles: ReadonlySet<string>;
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
    const sites = [...state.sites()].map(({ site, verdict }) => ({ id: site.id, ...verdict }));
    return {
      sites: failedOf(sites),
      titles: new Set(state.checks.map(({ title }) => title)),
      build: buildsOf(state)?.subject,
    };
  }
  if (!existsSync(join(folder, RESULTS_JSON))) {
    throw refusal('last-failed.none', `${folder} has no results of an earlier run`, {
      hint: 'run once without --last-failed',
    });
  }
  const { sites, extensions } = await readResults(join(folder, RESULTS_JSON));
  const titles = new Set(sites.flatMap(({ checks }) => checks.map(({ title }) => title)));
  return { sites: failedOf(sites), titles, build: extensions.find((build) => build.arm === 'subject') };
}

type JudgedSite = Pick<SiteResult, 'id' | 'verdict' | 'checks'>;

function failedOf(sites: readonly JudgedSite[]): LastFailed['sites'] {
  const failed = sites.filter(({ verdict }) => NOT_PASSED.has(verdict));
  const titlesOf = ({ checks }: JudgedSite): string[] =>
    checks.filter(({ status }) => NOT_PASSED.has(status)).map(({ title }) => title);
  return new Map(failed.map((site) => [site.id, titlesOf(site)]));
}
