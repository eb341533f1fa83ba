import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { refusal } from '../core/fault.ts';
import type { RunState } from '../core/run-state.ts';
import { foldJournal } from './fold.ts';
import { RESULTS_VERSION, siteResult, type ResultsFile, type SiteResult } from './results-json.ts';
import { JOURNAL } from './run-folder.ts';

const RESULTS = 'results.json';

/** A run as far as another one is compared with it. */
export interface EarlierRun extends Pick<ResultsFile, 'run' | 'startedAt' | 'shard'> {
  readonly sites: readonly SiteResult[];
}

/** A run that has not been written to results.json yet, in the same form. */
export function runOf(state: RunState): EarlierRun {
  const { run = '', at: startedAt = 0, shard = { index: 1, total: 1 } } = state.started ?? {};
  return { run, startedAt, shard, sites: [...state.sites()].map(siteResult) };
}

/**
 * The run whose results lie in a folder: from results.json, or replayed from the journal where that is missing.
 * Throws a refusal that names the folder where it holds neither, or what can't be read.
 */
export async function readRun(folder: string): Promise<EarlierRun> {
  if (existsSync(join(folder, RESULTS))) return readResults(join(folder, RESULTS));
  if (existsSync(join(folder, JOURNAL))) return runOf(await foldJournal(join(folder, JOURNAL)));
  const what = existsSync(folder) ? `${folder} has neither ${RESULTS} nor ${JOURNAL}` : `there is no folder ${folder}`;
  throw refusal('results.none', what, { hint: 'give the folder that --out of an earlier run named' });
}

/**
 * The newest runs of a baseline, newest first: of one results folder, or of a folder that holds several.
 * Throws a refusal where there is none, where one can't be read, or where they are of different shards.
 * @param most how many runs to take; fewer where there are fewer
 */
export async function readBaseline(folder: string, most: number): Promise<EarlierRun[]> {
  if (isResultsFolder(folder) || !existsSync(folder)) return [await readRun(folder)];
  const folders = subfoldersOf(folder).filter(isResultsFolder);
  if (folders.length === 0) {
    const hint = 'give the folder that --out of an earlier run named, or one that holds several of them';
    throw refusal(
      'baseline.none',
      `the baseline ${folder} holds no results: neither ${RESULTS} nor ${JOURNAL}, and no folder that has them`,
      { hint },
    );
  }
  const runs = await Promise.all(folders.map(readRun));
  const newest = runs.toSorted((a, b) => b.startedAt - a.startedAt).slice(0, most);
  refuseMixedShards(folder, newest);
  return newest;
}

function isResultsFolder(folder: string): boolean {
  return existsSync(join(folder, RESULTS)) || existsSync(join(folder, JOURNAL));
}

function subfoldersOf(folder: string): string[] {
  if (!statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
}

/** Parts of one night would pass for nights. */
function refuseMixedShards(folder: string, runs: readonly EarlierRun[]): void {
  const shards = new Set(runs.map(({ shard }) => `${shard.index}/${shard.total}`));
  if (shards.size <= 1) return;
  throw refusal(
    'baseline.shards',
    `the baseline ${folder} holds shards of runs: ${[...shards].toSorted().join(', ')}`,
    { hint: 'merge the shards of each run first: gridrun merge-reports' },
  );
}

async function readResults(path: string): Promise<EarlierRun> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw refusal('results.unreadable', `${path} can't be read: ${(error as Error).message}`, {
      hint: `remove it where ${JOURNAL} lies beside it: it is then replayed`,
    });
  }
  const why = whyNotResults(value);
  if (why !== undefined)
    throw refusal('results.unreadable', `${path} is not what gridrun writes: ${why}`, {
      hint: 'give the results folder of a gridrun run',
    });
  const { run, startedAt, shard, sites } = value as ResultsFile;
  return { run, startedAt, shard, sites };
}

/** Only what a comparison relies on. */
function whyNotResults(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object';
  const { version, run, startedAt, shard, sites } = value as Readonly<Record<string, unknown>>;
  if (typeof version !== 'number') return 'it has no version';
  if (version > RESULTS_VERSION) return `its version is ${version}, of a newer gridrun`;
  if (typeof run !== 'string' || typeof startedAt !== 'number') return 'it names no run and no start';
  if (typeof shard !== 'object' || shard === null) return 'it names no shard';
  if (!Array.isArray(sites)) return 'it has no sites';
  const wrong = sites.findIndex((site: unknown) => !isSite(site));
  return wrong === -1 ? undefined : `sites[${wrong}] has no id, verdict and checks`;
}

function isSite(site: unknown): boolean {
  if (typeof site !== 'object' || site === null) return false;
  const { id, verdict, checks } = site as Readonly<Record<string, unknown>>;
  return typeof id === 'string' && typeof verdict === 'string' && Array.isArray(checks);
}
