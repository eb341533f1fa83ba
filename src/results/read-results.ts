import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refusal } from '../core/fault.ts';
import { JOURNAL } from './layout.ts';
import { RESULTS_VERSION, type ResultsFile } from './results-json.ts';
import { count, date, flag, text } from './basic-shapes.ts';
import { checkPlan, chrome, extensionResult, fault, shard, siteResult } from './result-shapes.ts';
import { isObject, listOf, objectOf, optional } from './shape.ts';
import { withoutBom } from '../text/without-bom.ts';

/** The part of results.json that later runs use, and that is checked when it is read. */
export type ReadResults = Pick<
  ResultsFile,
  'run' | 'chrome' | 'startedAt' | 'shard' | 'faults' | 'siteCount' | 'lastFailed' | 'checks' | 'extensions' | 'sites'
>;

const READ = objectOf<ReadResults>({
  run: text,
  chrome: optional(chrome),
  startedAt: date,
  shard,
  faults: listOf(fault),
  siteCount: count,
  lastFailed: optional(flag),
  checks: listOf(checkPlan),
  extensions: listOf(extensionResult),
  sites: listOf(siteResult),
});

/** The one reader of results.json. Throws a refusal that says what is wrong with the file. */
export async function readResults(path: string): Promise<ReadResults> {
  let value: unknown;
  try {
    // To open a pipe without a writer would take for ever.
    if (!(await stat(path)).isFile()) throw new Error('it is not a file');
    value = JSON.parse(withoutBom(await readFile(path, 'utf8')));
  } catch (error) {
    throw unreadable(path, `${path} cannot be read: ${(error as Error).message}`);
  }
  if (!isResults(value)) throw unreadable(path, `${path} is not a results file of gridrun: ${whyNotResults(value)}`);
  const { run, chrome: had, startedAt, shard, faults, siteCount, lastFailed, checks, extensions, sites } = value;
  const told = { ...(had === undefined ? {} : { chrome: had }), ...(lastFailed === true ? { lastFailed } : {}) };
  return { run, startedAt, shard, faults, siteCount, ...told, checks, extensions, sites };
}

function unreadable(path: string, message: string): Error {
  const hasJournal = existsSync(join(dirname(path), JOURNAL));
  const hint = hasJournal
    ? `remove the file: gridrun then replays ${JOURNAL}`
    : 'use the results folder of another run';
  return refusal('results.unreadable', message, { hint });
}

function isResults(value: unknown): value is ReadResults {
  return whyNotResults(value) === undefined;
}

/** Looks at the fields that a later run relies on, and at all of a site. Undefined if nothing is wrong. */
function whyNotResults(value: unknown): string | undefined {
  if (!isObject(value)) return 'not a JSON object';
  const { version } = value;
  if (typeof version !== 'number') return 'it has no version';
  if (version > RESULTS_VERSION) return `its version is ${version}, of a newer gridrun`;
  return READ.is(value) ? undefined : READ.why(value, '');
}
