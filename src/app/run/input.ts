import { join } from 'node:path';
import type { SuiteHashes } from '../../check/pool/suite-hash.ts';
import type { WorkerPool } from '../../check/pool/worker-pool.ts';
import type { Undated } from '../../core/event.ts';
import { refusal } from '../../core/fault.ts';
import type {
  CheckOptions,
  ExtensionOptions,
  GridOptions,
  KnownFailureOptions,
  PlanOptions,
  ReportOptions,
} from '../../core/options.ts';
import type { Emit } from '../../core/ports.ts';
import { refuseNotFiles } from '../../report/create.ts';
import { HISTORY } from '../../results/layout.ts';
import { readSites, type SiteList } from '../../sites/read.ts';
import { readBuilds, type Builds } from './extension.ts';
import type { ComparedWith, EarlierLoads } from '../../history/earlier-loads.ts';
import { readHistory } from './history.ts';
import { readKnownFailures, type KnownFailures } from './known-failures.ts';
import { knownDurations, namedDurations, type PlanDurations } from './plan-durations.ts';
import { makePlan, type RunPlan } from './plan.ts';
import { refuseTogether } from './refuse-together.ts';
import { loadSuite } from './suite.ts';
import { decoded } from '../../text/telling-value.ts';

/** The options that name what is read before a run. */
export type InputOptions = PlanOptions &
  CheckOptions &
  ExtensionOptions &
  KnownFailureOptions &
  ReportOptions &
  Pick<GridOptions, 'grid'>;

/** What the user gave, read and checked. */
export interface RunInput {
  readonly list: SiteList;
  readonly plan: RunPlan;
  readonly durations: PlanDurations;
  readonly runner: WorkerPool;
  readonly hashes: SuiteHashes;
  /** The run lacks checks of the suite. */
  readonly checksLeftOut: boolean;
  readonly builds: Builds | undefined;
  readonly known: KnownFailures;
  /** How often each check failed by itself in earlier runs. */
  readonly earlier: EarlierLoads;
  /** Why the history cannot be read; the run goes on without it. */
  readonly historyNotice: Undated | undefined;
  /** The values that no output may show. Those of a grid made for the run are added later. */
  readonly secrets: string[];
}

/** What the workers of a run need from it. */
export interface WorkerSupport {
  /** Ends the workers when it is disposed. */
  readonly stack: AsyncDisposableStack;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** The list, if it is known. */
  readonly list?: SiteList | undefined;
}

/**
 * Reads what the user gave: the list, the suite (in a worker), the extensions and the known failures. Needs no browser.
 * Call it before the results folder is cleared, because the baseline may be in it. Throws one refusal with every
 * mistake.
 */
export async function readInput(options: InputOptions, support: WorkerSupport): Promise<RunInput> {
  const { signal } = support;
  const reading = support.list === undefined ? readList(options, signal) : Promise.resolve(support.list);
  // The workers must know the secrets of the list. If the list is wrong, its refusal comes below.
  const secrets: string[] = await reading.then(secretsInList, () => []);
  if (URL.canParse(options.grid)) secrets.push(decoded(new URL(options.grid).password));
  const [list, suite, builds, known, named] = await refuseTogether(
    reading,
    loadSuite(options, secrets, support),
    readBuilds(options),
    readKnownFailures(options),
    namedDurations(options, signal),
    refuseNotFiles(options.reporters, options.cwd),
  );
  const history = readHistory(join(options.out, HISTORY), comparedWith(builds));
  const durations = { named, known: await knownDurations(options.out, history.durations) };
  const { runner } = suite;
  const plan = await makePlan(options, { list, suite, durations, hasExtension: builds !== undefined });
  return {
    list,
    plan,
    durations,
    runner,
    hashes: suite.hashes,
    checksLeftOut: suite.leavesOut,
    builds,
    known,
    earlier: history.earlier,
    historyNotice: history.notice,
    secrets,
  };
}

/** For settings that are wrong: reads what can be read, so that one refusal names every mistake. Always rejects. */
export async function refuseSettings(wrong: Error, options: InputOptions): Promise<never> {
  await using stack = new AsyncDisposableStack();
  const support = { stack, emit: () => {}, signal: new AbortController().signal };
  await refuseTogether(Promise.reject(wrong), readInput(options, support));
  throw wrong;
}

async function readList({ sites, cwd }: PlanOptions, signal: AbortSignal): Promise<SiteList> {
  if (sites === undefined) {
    throw refusal('sites.none', 'there is no site list', {
      hint: 'pass one with --sites <file|url|->, or set `sites` in gridrun.config.ts',
    });
  }
  return await readSites(sites, { cwd, stdin: process.stdin, signal });
}

function comparedWith(builds: Builds | undefined): ComparedWith | undefined {
  if (builds?.control === undefined) return undefined;
  return builds.control === 'none' ? 'no-build' : 'another-build';
}

/** The values of the environment variables that the list names. */
function secretsInList(list: SiteList): string[] {
  const names = new Set<string>();
  for (const site of list.sites) for (const name of site.env ?? []) names.add(name);
  return [...names].flatMap((name) => process.env[name] ?? []);
}
