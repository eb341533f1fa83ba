import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { buildDifferences } from '../core/builds.ts';
import { chromeOf } from '../core/chrome.ts';
import type { RunStarted } from '../core/event.ts';
import { makeFault, refusal, type Fault } from '../core/fault.ts';
import { JOURNAL } from './layout.ts';
import { headerOf, isFinished } from './run-folder.ts';

/** A results folder that may be one of the shards of a run. */
export interface ShardFolder {
  readonly path: string;
  /** Absent if there is no journal, or no whole first line in it. */
  readonly header?: RunStarted;
  /** Whether its run ended by itself. */
  readonly finished: boolean;
}

/** A shard with a journal. */
export type Shard = Required<ShardFolder>;

export interface ShardChoice {
  /** One of each number, in order. */
  readonly shards: readonly Shard[];
  /** Shards that are missing, given twice, of another plan, unfinished or empty. Empty if nothing is wrong. */
  readonly faults: readonly Fault[];
}

/**
 * Reads the shards in these folders. A folder may be a results folder, or hold several of them, as CI servers lay out
 * the artifacts of jobs. Throws a refusal that names every missing folder.
 */
export async function readShards(folders: readonly string[]): Promise<ShardFolder[]> {
  const gone = folders.filter((folder) => !existsSync(folder) || !statSync(folder).isDirectory());
  if (gone.length > 0) {
    const mistakes = gone.map((folder) => `there is no folder ${folder}`);
    throw refusal('merge.folders', 'a folder to merge does not exist', {
      mistakes,
      hint: 'pass the --out folder of each shard',
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
 * Chooses the shards to merge: those of the most common plan, one of each number. The choice does not depend on the order
 * of the folders. Throws a refusal if no folder has a journal.
 */
export function chooseShards(folders: readonly ShardFolder[]): ShardChoice {
  const found = folders.filter((folder): folder is Shard => folder.header !== undefined).toSorted(byAge);
  const plan = commonPlan(found);
  if (plan === undefined) {
    throw refusal('merge.nothing', 'there is nothing to merge', {
      mistakes: folders.map(({ path }) => `${path} has no journal of a run`),
      hint: 'pass the --out folder of each shard',
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
        .map(({ path }) => makeFault('merge.empty', `${path} has no journal of a run`)),
      ...found.filter((shard) => !own.includes(shard)).map((shard) => foreign(shard, plan)),
      ...taken.flatMap((same, index) => (same.length > 0 ? [] : [missing(index + 1, total)])),
      ...taken.flatMap((same) => (same.length < 2 ? [] : [doubled(same)])),
      ...shards.filter(({ finished }) => !finished).map(unfinished),
      ...shards.filter(({ header }) => header.lastFailed === true).map(rerun),
    ],
  };
}

/** The most common plan. The newer one if two are equally common. */
function commonPlan(found: readonly Shard[]): Shard | undefined {
  const counts = new Map<string, number>();
  for (const shard of found) counts.set(planOf(shard), (counts.get(planOf(shard)) ?? 0) + 1);
  const max = Math.max(0, ...counts.values());
  return found.find((shard) => counts.get(planOf(shard)) === max);
}

function planOf({ header }: Shard): string {
  const { subject, control: compared } = header.builds ?? {};
  const builds = [subject?.sha256, compared === 'none' ? compared : compared?.sha256];
  const titles = header.checks.map(({ title }) => title);
  const suite = header.suiteHash ?? '';
  const control = header.control ?? 'never';
  return JSON.stringify([header.planHash, header.shard.total, titles, suite, builds, control, chromeOf(header)]);
}

/** A finished shard if there is one, because a CI server may have rerun a job that was cut off. `same` is newest first. */
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
  return makeFault('merge.missing', `shard ${index}/${total} is missing, so its sites are in no report`, {
    hint: `add the results folder of the run with --shard ${index}/${total}`,
  });
}

function doubled(same: readonly Shard[]): Fault {
  const used = best(same) as Shard;
  const others = same.filter((shard) => shard !== used).map(({ path }) => path);
  return makeFault(
    'merge.doubled',
    `${nameOf(used)} was given ${same.length} times; the merge uses ${used.path}, not ${others.join(', ')}`,
    { hint: 'leave out the other folders' },
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
    ...((own.suiteHash ?? '') === (common.suiteHash ?? '') ? [] : ['the content of the check files']),
    ...((own.control ?? 'never') === (common.control ?? 'never') ? [] : ['when the control runs (--control-all)']),
    ...(chromeOf(own) === chromeOf(common) ? [] : [`--chrome (${chromeOf(own)} instead of ${chromeOf(common)})`]),
    ...buildDifferences(common.builds, own.builds).map(
      ({ option, before, now }) => `--${option} (${now} instead of ${before})`,
    ),
  ];
  return makeFault(
    'merge.foreign',
    `${shard.path} (${nameOf(shard)}) has a different plan and is left out: ${differences.join(' and ')} differ`,
    { hint: 'merge shards of the same list, selection, suite and extension' },
  );
}

/** The shards whose check files import other modules than those of the first. Their checks may not do the same. */
export function shardsWithOtherImports([first, ...others]: readonly Shard[]): readonly string[] {
  const hashOf = ({ header }: Shard): string | undefined => header.importsHash;
  if (first === undefined) return [];
  return others
    .filter((shard) => hashOf(shard) !== undefined && hashOf(first) !== undefined && hashOf(shard) !== hashOf(first))
    .map(nameOf);
}

function rerun(shard: Shard): Fault {
  return makeFault(
    'merge.rerun',
    `${nameOf(shard)} in ${shard.path} is a rerun of failed sites (--last-failed); the other sites of the shard are in no report`,
    { hint: 'merge the shards before they are rerun: a rerun overwrites the results of its shard' },
  );
}

function unfinished(shard: Shard): Fault {
  return makeFault(
    'merge.unfinished',
    `${nameOf(shard)} in ${shard.path} did not finish; the sites it did not reach are reported as not-run`,
    {
      hint: `rerun that shard, or resume it: gridrun --shard ${shard.header.shard.index}/${shard.header.shard.total} --resume`,
    },
  );
}
