import { availableParallelism } from 'node:os';
import type { CheckPlan } from '../../core/check.ts';
import type { Undated } from '../../core/event.ts';
import { refusal } from '../../core/fault.ts';
import type { PlanOptions, ShardOptions } from '../../core/options.ts';
import type { Site } from '../../core/site.ts';
import type { WorkUnit } from '../../core/unit.ts';
import { chunk } from '../../plan/chunk.ts';
import { expectedDurations } from '../../plan/durations.ts';
import { planHash } from '../../plan/plan-hash.ts';
import { shard } from '../../plan/shard.ts';
import type { SiteList } from '../../sites/read.ts';
import { selectSites, unknownTags } from '../../sites/select.ts';
import { onlyLastFailed } from './only-last-failed.ts';
import type { PlanDurations } from './plan-durations.ts';
import type { Suite } from './suite.ts';

/** What a run is going to do, known before anything starts. */
export interface RunPlan {
  /** The selected sites of this shard, in the order of the list. */
  readonly sites: readonly Site[];
  /** In a shard: the place of each site in the selected list, from 0. */
  readonly indexes?: readonly number[] | undefined;
  readonly checks: readonly CheckPlan[];
  /** What to know about the plan. */
  readonly notices: readonly Undated[];
  /** A partition of the sites that are not skipped. */
  readonly units: readonly WorkUnit[];
  /** How many sessions the units are cut for. */
  readonly sessions: number;
  readonly shard: ShardOptions;
  readonly duplicateCount: number;
  readonly planHash: string;
}

/** What a plan is made of, beside the options. */
export interface PlanInput {
  readonly list: SiteList;
  readonly suite: Pick<Suite, 'checks' | 'files' | 'leavesOut'>;
  readonly durations: PlanDurations;
  readonly hasExtension: boolean;
}

/**
 * Selects the sites, takes the shard's part and cuts it into work units. Throws a refusal for an unknown tag, or if no
 * site is left.
 */
export async function makePlan(options: PlanOptions, input: PlanInput): Promise<RunPlan> {
  const { selection } = options;
  const { list, suite, durations, hasExtension } = input;
  const { checks } = suite;
  refuseUnknownTags(selection.tags, list, checks);
  const selected = selectSites(list.sites, selection);
  const part = shard(selected, options.shard, durations.named);
  const rerun = options.lastFailed
    ? await onlyLastFailed(part, {
        out: options.out,
        cwd: options.cwd,
        suite,
        hasExtension,
        listed: new Set(list.sites.map(({ id }) => id)),
      })
    : { sites: part };
  const { sites } = rerun;
  if (sites.length === 0 && options.shard.total === 1) {
    throw refusal('sites.none-selected', 'no site is selected', {
      hint: 'run without --tag and --site, or with --list to see all sites',
    });
  }
  const sessions = options.sessions === 'auto' ? availableParallelism() : options.sessions;
  return {
    sites,
    indexes: options.shard.total === 1 ? undefined : placesOf(sites, selected),
    checks,
    notices: [rerun.notice, duplicatesNotice(list)].filter((notice) => notice !== undefined),
    units: unitsOf(sites, { sessions, chunkSize: options.chunkSize, durations }),
    sessions,
    shard: options.shard,
    duplicateCount: list.duplicateCount,
    planHash: planHash({ list: list.hash, selection, durations: durations.named }),
  };
}

function duplicatesNotice({ duplicateCount }: SiteList): Undated | undefined {
  if (duplicateCount === 0) return undefined;
  const entries = duplicateCount === 1 ? '1 entry of the list is' : `${duplicateCount} entries of the list are`;
  const text = `${entries} left out: the same URL is in the list already, with the same settings`;
  return { type: 'notice', level: 'info', code: 'sites.duplicates', text };
}

export interface CutOptions {
  readonly sessions: number;
  readonly chunkSize: number | 'auto';
  readonly durations: PlanDurations;
}

/** Cuts the sites that are not skipped into work units, by how long each is expected to take. */
export function unitsOf(sites: readonly Site[], { sessions, chunkSize, durations }: CutOptions): WorkUnit[] {
  const toRun = sites.filter((site) => site.skip === undefined);
  return chunk(toRun, { sessions, chunkSize, expectedMs: expectedDurations(durations.named ?? durations.known) });
}

function placesOf(sites: readonly Site[], list: readonly Site[]): number[] {
  const places = new Map(list.map((site, index) => [site.id, index]));
  return sites.map((site) => places.get(site.id) ?? 0);
}

function refuseUnknownTags(tags: readonly string[], list: SiteList, checks: readonly CheckPlan[]): void {
  const mistakes = unknownTags(tags, list.sites, new Set(checks.flatMap((check) => check.tags)));
  if (mistakes.length > 0) throw refusal('selection.tags', 'unknown tag', { mistakes });
}
