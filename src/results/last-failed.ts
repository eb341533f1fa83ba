import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal } from '../core/fault.ts';
import type { Verdict } from '../core/verdict.ts';
import { foldJournal } from './fold.ts';
import type { ResultsFile } from './results-json.ts';
import { JOURNAL } from './run-folder.ts';

/** A flaky site did pass, and a skipped one would be skipped again. */
const NOT_PASSED: ReadonlySet<Verdict> = new Set(['failed', 'errored', 'not-run']);

/**
 * The ids of the sites that were not passed last time, in the order of the list: from the journal in the folder, or
 * from results.json where only that was kept. Throws a refusal where the folder has neither.
 */
export async function lastFailed(folder: string): Promise<string[]> {
  const journalPath = join(folder, JOURNAL);
  if (existsSync(journalPath)) {
    const state = await foldJournal(journalPath);
    return [...state.sites()].filter(({ verdict }) => NOT_PASSED.has(verdict.verdict)).map(({ site }) => site.id);
  }
  const resultsPath = join(folder, 'results.json');
  if (!existsSync(resultsPath)) {
    throw refusal('last-failed.none', `${folder} has no results of an earlier run`, {
      hint: 'run once without --last-failed',
    });
  }
  try {
    const results = JSON.parse(await readFile(resultsPath, 'utf8')) as ResultsFile;
    return results.sites.filter((site) => NOT_PASSED.has(site.verdict)).map((site) => site.id);
  } catch (error) {
    throw refusal('last-failed.results', `${resultsPath} can't be read: ${(error as Error).message}`);
  }
}
