import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { RunStarted } from '../core/event.ts';
import { makeFault, refusal, type Fault } from '../core/fault.ts';
import { JOURNAL } from './layout.ts';
import { headerOf, isFinished } from './run-folder.ts';

/** A results folder that may be one of the shards of a run. */
export interface ShardFolder {
  readonly path: string;
  /** None where there is no journal, or none that has a whole first line. */
  readonly header?: RunStarted;
  /** Its run ended by itself. */
  readonly finished: boolean;
}

/** A shard that goes into a merge. */
export type Shard = Required<ShardFolder>;

export interface ShardChoice {
  /** By their number, each once. */
  readonly shards: readonly Shard[];
  /** What is missing, doubled, foreign, unfinished or empty; none where all is well. */
  readonly faults: readonly Fault[];
}

/**
 * The shards that lie in these folders. A folder without a journal that holds folders with one, as CI servers lay out
 * the artifacts of several jobs, stands for all of them. Throws a refusal that names every folder which is not there.
 */
export async function readShards(folders: readonly string[]): Promise<ShardFolder[]> {
  const gone = folders.filter((folder) => !existsSync(folder) || !statSync(folder).isDirectory());
  if (gone.length > 0) {
    const mistakes = gone.map((folder) => `there is no folder ${folder}`);
    throw refusal('merge.folders', 'the folders to merge are wrong', {
      mistakes,
      hint: 'give the folders that --out of each shard named',
    });
  }
  const paths = folders.flatMap(withParts);
  return Promise.all(paths.map(readShard));
}

async function readShard(path: string): Promise<ShardFolder> {
  const journal = join(path, JOURNAL);
  const header = existsSync(journal) ? await headerOf(journal) : undefined;
  return header === undefined ? { path, finished: false } : { path, header, finished: await isFinished(journal) };
}

function withParts(folder: string): string[] {
  if (existsSync(join(folder, JOURNAL))) return [folder];
  const inner = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(folder, entry.name));
  const parts = inner.filter((path) => existsSync(join(path, JOURNAL)));
  return parts.length === 0 ? [folder] : parts;
}

/**
 * Which of the folders are merged: the shards of the plan that most of them have, each number once. The answer does
 * not depend on the order of the folders. Throws a refusal where there is nothing to merge at all.
 */
export function chooseShards(folders: readonly ShardFolder[]): ShardChoice {
  const found = folders.filter((folder): folder is Shard => folder.header !== undefined).toSorted(byAge);
  const plan = commonPlan(found);
  if (plan === undefined) {
    throw refusal('merge.nothing', 'there is nothing to merge', {
      mistakes: folders.map(({ path }) => `${path} holds no journal of a run`),
      hint: 'give the folders that --out of each shard named',
    });
  }
  const { total } = plan.header.shard;
  const own = found.filter((shard) => planOf(shard) === planOf(plan));
  const taken = Array.from({ length: total }, (_, index) =>
    own.filter(({ header }) => header.shard.index === index + 1),
  );
  const shards = taken.flatMap((same) => best(same) ?? []);
  return {
    shards,
    faults: [
      ...folders
        .filter(({ header }) => header === undefined)
        .map(({ path }) => makeFault('merge.empty', `${path} holds no journal of a run`)),
      ...found.filter((shard) => !own.includes(shard)).map((shard) => foreign(shard, plan)),
      ...taken.flatMap((same, index) => (same.length > 0 ? [] : [missing(index + 1, total)])),
      ...taken.flatMap((same) => (same.length < 2 ? [] : [doubled(same)])),
      ...shards.filter(({ finished }) => !finished).map(unfinished),
    ],
  };
}

/** The plan that most of them have; where two are equal, the newer. */
function commonPlan(found: readonly Shard[]): Shard | undefined {
  const counts = new Map<string, number>();
  for (const shard of found) counts.set(planOf(shard), (counts.get(planOf(shard)) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  return found.find((shard) => counts.get(planOf(shard)) === most);
}

function planOf({ header }: Shard): string {
  return JSON.stringify([header.planHash, header.shard.total, header.checks.map(({ title }) => title)]);
}

/** A finished one first: a CI server runs a job again that was cut off. `byAge` has put the newest first. */
function best(same: readonly Shard[]): Shard | undefined {
  return same.find(({ finished }) => finished) ?? same[0];
}

function byAge(a: Shard, b: Shard): number {
  return (
    b.header.at - a.header.at ||
    (a.header.run < b.header.run ? 1 : a.header.run > b.header.run ? -1 : a.path < b.path ? -1 : 1)
  );
}

function nameOf({ header }: Pick<Shard, 'header'>): string {
  return `shard ${header.shard.index}/${header.shard.total}`;
}

function missing(index: number, total: number): Fault {
  return makeFault('merge.missing', `shard ${index}/${total} is missing: its sites are in no report`, {
    hint: `add the results folder of the run with --shard ${index}/${total}`,
  });
}

function doubled(same: readonly Shard[]): Fault {
  const used = best(same) as Shard;
  const others = same.filter((shard) => shard !== used).map(({ path }) => path);
  return makeFault(
    'merge.doubled',
    `${nameOf(used)} is there ${same.length} times: ${used.path} is used, not ${others.join(', ')}`,
    { hint: 'leave out the folders that are not used' },
  );
}

function foreign(shard: Shard, plan: Shard): Fault {
  const [own, common] = [shard.header, plan.header];
  const differences = [
    ...(own.planHash === common.planHash ? [] : ['the site list, the selection or the durations file']),
    ...(own.shard.total === common.shard.total ? [] : ['the number of shards']),
    ...(JSON.stringify(own.checks.map(({ title }) => title)) === JSON.stringify(common.checks.map(({ title }) => title))
      ? []
      : ['the checks']),
  ];
  return makeFault(
    'merge.foreign',
    `${shard.path} (${nameOf(shard)}) is of another plan than the rest, and is left out: ${differences.join(' and ')} differ`,
    { hint: 'merge shards of one list, one selection and one suite' },
  );
}

function unfinished(shard: Shard): Fault {
  return makeFault(
    'merge.unfinished',
    `${nameOf(shard)} in ${shard.path} did not run to its end: the sites that it did not get to are not-run`,
    {
      hint: `run it again, or go on with it: gridrun --shard ${shard.header.shard.index}/${shard.header.shard.total} --resume`,
    },
  );
}
