import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { buildsOf, type Build } from '../core/builds.ts';
import { refusal } from '../core/fault.ts';
import type { Verdict } from '../core/verdict.ts';
import { foldJournal } from './fold.ts';
import { JOURNAL, RESULTS_JSON } from './layout.ts';
import { readResults } from './read-results.ts';

/** A flaky site did pass, and a skipped one would be skipped again. */
const NOT_PASSED: ReadonlySet<Verdict> = new Set(['failed', 'errored', 'not-run']);

/** What a rerun must know of the last run. */
export interface LastFailed {
  /** The ids of the sites that did not pass, in the order of the list. */
  readonly siteIds: readonly string[];
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
    const again = [...state.sites()].filter(({ verdict }) => NOT_PASSED.has(verdict.verdict));
    return { siteIds: again.map(({ site }) => site.id), build: buildsOf(state)?.subject };
  }
  if (!existsSync(join(folder, RESULTS_JSON))) {
    throw refusal('last-failed.none', `${folder} has no results of an earlier run`, {
      hint: 'run once without --last-failed',
    });
  }
  const { sites, extensions } = await readResults(join(folder, RESULTS_JSON));
  const again = sites.filter(({ verdict }) => NOT_PASSED.has(verdict));
  return { siteIds: again.map(({ id }) => id), build: extensions.find((build) => build.arm === 'subject') };
}
