import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { refusal } from '../core/fault.ts';
import type { RunState } from '../core/run-state.ts';
import { foldJournal } from './fold.ts';
import { JOURNAL, RESULTS_JSON } from './layout.ts';
import { readResults, type ReadResults } from './read-results.ts';
import { extensionsOf, siteResult } from './results-json.ts';

/** What another run is compared with. */
export type EarlierRun = ReadResults;

type Shard = EarlierRun['shard'];

/** A run that is not in results.json yet, in the same form. */
export function runOf(state: RunState): EarlierRun {
  const sites = [...state.sites()].map(siteResult);
  const {
    run = '',
    at: startedAt = 0,
    shard = { index: 1, total: 1 },
    siteCount = sites.length,
    chrome,
    lastFailed,
    checks = [],
  } = state.started ?? {};
  const faults = state.ended?.faults ?? [];
  const told = { ...(chrome === undefined ? {} : { chrome }), ...(lastFailed === true ? { lastFailed } : {}) };
  return { run, startedAt, shard, faults, siteCount, ...told, checks, extensions: extensionsOf(state), sites };
}

/**
 * The run whose results are in a folder. Reads results.json, or the journal if that is missing.
 * Throws a refusal that names the folder if it holds neither, an empty journal, or the file that cannot be read.
 */
export async function readRun(folder: string): Promise<EarlierRun> {
  if (existsSync(join(folder, RESULTS_JSON))) return readResults(join(folder, RESULTS_JSON));
  if (existsSync(join(folder, JOURNAL))) {
    const state = await foldJournal(join(folder, JOURNAL));
    if (state.started !== undefined) return runOf(state);
    // Compared with a run without sites, every failure would be new, or gone.
    throw refusal('results.none', `${join(folder, JOURNAL)} has no run: nothing was written to it`, {
      hint: 'pass the --out folder of an earlier run',
    });
  }
  const what = existsSync(folder)
    ? `${folder} has neither ${RESULTS_JSON} nor ${JOURNAL}`
    : `there is no folder ${folder}`;
  throw refusal('results.none', what, { hint: 'pass the --out folder of an earlier run' });
}

/**
 * The newest runs of a baseline, newest first. The folder is one results folder, or holds several.
 * Throws a refusal if there is no run, if one cannot be read, or if they are different shards.
 * @param max how many runs to take, if there are that many
 * @param present the shard of the run that has the baseline; absent if any will do
 */
export async function readBaseline(folder: string, max: number, present?: Shard): Promise<EarlierRun[]> {
  const runs = await newestRuns(folder, max);
  refuseMixedShards(folder, runs);
  refuseOtherShard(folder, runs, present);
  return runs;
}

async function newestRuns(folder: string, max: number): Promise<EarlierRun[]> {
  if (isResultsFolder(folder) || !existsSync(folder)) return [await readRun(folder)];
  const folders = subfoldersOf(folder).filter(isResultsFolder);
  if (folders.length === 0) {
    throw refusal(
      'baseline.none',
      `the baseline ${folder} has no results: no ${RESULTS_JSON}, no ${JOURNAL}, and no folder with one of them`,
      { hint: 'pass the --out folder of an earlier run, or a folder that holds several of them' },
    );
  }
  const runs = await Promise.all(folders.map(readRun));
  return runs.toSorted((a, b) => b.startedAt - a.startedAt).slice(0, max);
}

function isResultsFolder(folder: string): boolean {
  return existsSync(join(folder, RESULTS_JSON)) || existsSync(join(folder, JOURNAL));
}

function subfoldersOf(folder: string): string[] {
  if (!statSync(folder).isDirectory()) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
}

/** Shards of one night must not count as several nights. */
function refuseMixedShards(folder: string, runs: readonly EarlierRun[]): void {
  const shards = new Set(runs.map(({ shard }) => shardText(shard)));
  if (shards.size <= 1) return;
  throw refusal(
    'baseline.shards',
    `the baseline ${folder} holds shards of runs: ${[...shards].toSorted().join(', ')}`,
    { hint: 'merge the shards of each run first: gridrun merge-reports' },
  );
}

/** A shard knows nothing of the sites of the others, so each failure there would be new. */
function refuseOtherShard(folder: string, [run]: readonly EarlierRun[], present: Shard | undefined): void {
  if (run === undefined || present === undefined || run.shard.total === 1) return;
  if (shardText(run.shard) === shardText(present)) return;
  const now = present.total === 1 ? 'a whole run' : `shard ${shardText(present)}`;
  throw refusal('baseline.shards', `the baseline ${folder} is shard ${shardText(run.shard)}, and this is ${now}`, {
    hint: 'merge the shards of the baseline first: gridrun merge-reports',
  });
}

function shardText({ index, total }: Shard): string {
  return `${index}/${total}`;
}
