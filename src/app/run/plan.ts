import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CheckPlan } from '../../core/check.ts';
import { refusal } from '../../core/fault.ts';
import type { RunOptions, ShardOptions } from '../../core/options.ts';
import { RunState } from '../../core/run-state.ts';
import type { Site } from '../../core/site.ts';
import type { WorkUnit } from '../../core/unit.ts';
import { chunk } from '../../plan/chunk.ts';
import { expectedDurations, parseDurations, readDurations } from '../../plan/durations.ts';
import { planHash } from '../../plan/plan-hash.ts';
import { shard } from '../../plan/shard.ts';
import { lastFailed } from '../../results/last-failed.ts';
import { HISTORY, RESULTS_JSON } from '../../results/layout.ts';
import { runHistory } from './history.ts';
import { readSites, type SiteList } from '../../sites/read.ts';
import { selectSites, unknownTags } from '../../sites/select.ts';

/** What a run is going to do, known before anything is started. */
export interface RunPlan {
  /** The selected sites of this shard, in the order of the list. */
  readonly sites: readonly Site[];
  /** Of a shard: the place of each site in the selected list, from 0. */
  readonly indexes?: readonly number[];
  readonly checks: readonly CheckPlan[];
  /** A partition of the sites that are not skipped. */
  readonly units: readonly WorkUnit[];
  /** For how many sessions the units are cut. */
  readonly sessions: number;
  readonly shard: ShardOptions;
  readonly duplicateCount: number;
  readonly planHash: string;
}

type Durations = ReadonlyMap<string, number>;

/** Reads the list; the secrets that its sites name are known from then on. Throws a refusal with every mistake. */
export async function readList(options: RunOptions, signal: AbortSignal): Promise<SiteList> {
  if (options.sites === undefined) {
    throw refusal('sites.none', 'there is no site list', {
      hint: 'Give one with --sites <file|url|-> or as `sites` in gridrun.config.ts',
    });
  }
  return await readSites(options.sites, { cwd: options.cwd, stdin: process.stdin, signal });
}

/** Reads the durations that `--durations` names. Throws a refusal. */
export async function readNamedDurations(options: RunOptions, signal: AbortSignal): Promise<Durations | undefined> {
  return options.durations === undefined
    ? undefined
    : await readDurations(options.durations, { cwd: options.cwd, signal });
}

/**
 * Selects, shards and cuts.
 * @param named the durations that the user named, by which shards are balanced
 * @param sessions for how many sessions the units are cut
 */
export async function makePlan(
  options: RunOptions,
  list: SiteList,
  checks: readonly CheckPlan[],
  named: Durations | undefined,
  sessions: number,
): Promise<RunPlan> {
  const { selection } = options;
  refuseUnknownTags(options, list, checks);
  const known = named ?? (await rememberedDurations(options.out));
  const selected = selectSites(list.sites, selection);
  let sites = shard(selected, options.shard, named);
  if (options.lastFailed) sites = await onlyLastFailed(sites, options.out);
  if (sites.length === 0 && options.shard.total === 1) {
    throw refusal('sites.none-selected', 'no site is selected', {
      hint: 'Run with --list to see the sites, and loosen --tag or --site',
    });
  }
  const toRun = sites.filter((site) => site.skip === undefined);
  return {
    sites,
    ...(options.shard.total === 1 ? {} : { indexes: placesOf(sites, selected) }),
    checks,
    units: unitsOf(toRun, options, sessions, known),
    sessions,
    shard: options.shard,
    duplicateCount: list.duplicateCount,
    planHash: planHash({ list: list.hash, selection, ...(named === undefined ? {} : { durations: named }) }),
  };
}

function placesOf(sites: readonly Site[], list: readonly Site[]): number[] {
  const places = new Map(list.map((site, index) => [site.id, index]));
  return sites.map((site) => places.get(site.id) ?? 0);
}

/** Cuts sites into work units, by what is known of their durations. */
export function unitsOf(
  sites: readonly Site[],
  options: RunOptions,
  sessions: number,
  durations: Durations,
): WorkUnit[] {
  return chunk(sites, { sessions, chunkSize: options.chunkSize, expectedMs: expectedDurations(durations) });
}

/** What is known of the sites' durations without being told: the history's, else those of the last run. They only order the work. */
export async function rememberedDurations(out: string): Promise<Durations> {
  const path = join(out, HISTORY);
  const remembered = existsSync(path) ? runHistory(path, new RunState()).durations : new Map<string, number>();
  return remembered.size > 0 ? remembered : lastDurations(out);
}

/** Durations of the last run under the results folder; none where it left none that can be read: they only order the work. */
async function lastDurations(out: string): Promise<Durations> {
  const file = join(out, RESULTS_JSON);
  if (!existsSync(file)) return new Map();
  try {
    return parseDurations(await readFile(file, 'utf8'), file);
  } catch {
    return new Map();
  }
}

/** How many sessions to plan for where neither the options nor a grid say. */
export function plannedSessions(options: RunOptions): number {
  return options.sessions === 'auto' ? availableParallelism() : options.sessions;
}

async function onlyLastFailed(sites: readonly Site[], out: string): Promise<readonly Site[]> {
  const ids = new Set(await lastFailed(out));
  const again = sites.filter((site) => ids.has(site.id));
  if (again.length > 0) return again;
  throw refusal('last-failed.nothing', 'no site of the list was left unpassed by the last run', {
    hint: 'Run without --last-failed',
  });
}

function refuseUnknownTags(options: RunOptions, list: SiteList, checks: readonly CheckPlan[]): void {
  const mistakes = unknownTags(options.selection.tags, list.sites, new Set(checks.flatMap((check) => check.tags)));
  if (mistakes.length > 0) throw refusal('selection.tags', 'a tag is unknown', { mistakes });
}
