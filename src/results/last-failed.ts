import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { refusal } from '../core/fault.ts';
import type { Verdict } from '../core/verdict.ts';
import { foldJournal } from './fold.ts';
import { JOURNAL, RESULTS_JSON } from './layout.ts';
import { readResults } from './read-results.ts';

/** A flaky site did pass, and a skipped one would be skipped again. */
const NOT_PASSED: ReadonlySet<Verdict> = new Set(['failed', 'errored', 'not-run']);

/**
 * The ids of the sites that did not pass in the last run, in the order of the list. Reads the journal, or results.json
 * if only that was kept. Throws a refusal if the folder has neither, or if what it has is damaged.
 */
export async function lastFailed(folder: string): Promise<string[]> {
  if (existsSync(join(folder, JOURNAL))) {
    const state = await foldJournal(join(folder, JOURNAL));
    return [...state.sites()].filter(({ verdict }) => NOT_PASSED.has(verdict.verdict)).map(({ site }) => site.id);
  }
  if (!existsSync(join(folder, RESULTS_JSON))) {
    throw refusal('last-failed.none', `${folder} has no results of an earlier run`, {
      hint: 'run once without --last-failed',
    });
  }
  const { sites } = await readResults(join(folder, RESULTS_JSON));
  return sites.filter(({ verdict }) => NOT_PASSED.has(verdict)).map(({ id }) => id);
}
