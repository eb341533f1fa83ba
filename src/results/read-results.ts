import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { refusal } from '../core/fault.ts';
import { JOURNAL } from './layout.ts';
import { RESULTS_VERSION, type ResultsFile } from './results-json.ts';

/** The part of results.json that later runs use, and that is checked when it is read. */
export type ReadResults = Pick<ResultsFile, 'run' | 'startedAt' | 'shard' | 'sites'>;

/** The one reader of results.json. Throws a refusal that says what is wrong with the file. */
export async function readResults(path: string): Promise<ReadResults> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw unreadable(path, `${path} cannot be read: ${(error as Error).message}`);
  }
  if (!isResults(value)) throw unreadable(path, `${path} is not a results file of gridrun: ${whyNotResults(value)}`);
  const { run, startedAt, shard, sites } = value;
  return { run, startedAt, shard, sites };
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

/** Looks only at what a later run relies on. Undefined if nothing is wrong. */
function whyNotResults(value: unknown): string | undefined {
  if (!isObject(value)) return 'not a JSON object';
  const { version, run, startedAt, shard, sites } = value;
  if (typeof version !== 'number') return 'it has no version';
  if (version > RESULTS_VERSION) return `its version is ${version}, of a newer gridrun`;
  if (typeof run !== 'string' || typeof startedAt !== 'number') return 'it has no run or no start';
  if (!isObject(shard)) return 'it has no shard';
  if (!Array.isArray(sites)) return 'it has no sites';
  const wrong = sites.findIndex((site: unknown) => !isSite(site));
  return wrong === -1 ? undefined : `sites[${wrong}] has no id, verdict and checks`;
}

function isSite(site: unknown): boolean {
  if (!isObject(site)) return false;
  const { id, verdict, checks } = site;
  return typeof id === 'string' && typeof verdict === 'string' && Array.isArray(checks) && checks.every(isCheck);
}

function isCheck(check: unknown): boolean {
  return isObject(check) && typeof check['title'] === 'string' && typeof check['status'] === 'string';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
