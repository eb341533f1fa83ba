import { findCheckFiles } from '../../check/pool/check-files.ts';
import { WORKER_LIMITS, WorkerPool } from '../../check/pool/worker-pool.ts';
import type { RunOptions } from '../../core/options.ts';
import type { Emit } from '../../core/ports.ts';
import { readBuilds, type Builds } from './extension.ts';
import { refuseNotFiles } from '../../report/create.ts';
import { refuseTogether } from './refuse-together.ts';
import { readKnownFailures, type KnownFailures } from './known-failures.ts';
import { makePlan, plannedSessions, readList, readNamedDurations, type RunPlan } from './plan.ts';
import type { SiteList } from '../../sites/read.ts';

/** What the user gave, read and found good. */
export interface RunInput {
  readonly list: SiteList;
  readonly plan: RunPlan;
  readonly runner: WorkerPool;
  readonly builds: Builds | undefined;
  readonly known: KnownFailures;
  /** Those of a grid made for the run are added. */
  readonly secrets: string[];
}

/**
 * Reads what the user gave: the list, the suite, in a worker that `stack` ends, the extensions, and what is known of
 * failures; no browser is needed. Throws a refusal with every mistake of all. To be called before the results folder is cleared: the baseline may lie there.
 */
export async function readInput(
  options: RunOptions,
  stack: AsyncDisposableStack,
  emit: Emit,
  signal: AbortSignal,
): Promise<RunInput> {
  const reading = readList(options, signal);
  const secrets: string[] = await reading.then(secretsInList, () => []);
  if (URL.canParse(options.grid)) secrets.push(decodeURIComponent(new URL(options.grid).password));
  const loading = findCheckFiles(options.cwd, options.checks).then(async (files) => {
    signal.throwIfAborted();
    const runner = stack.use(
      new WorkerPool({
        worker: {
          cwd: options.cwd,
          files,
          setup: options.setup,
          ...options.selection,
          forbidOnly: options.forbidOnly,
          checkTimeoutMs: options.checkTimeoutMs,
          failOnExtensionErrors: options.failOnExtensionErrors,
          evidence: options.evidence,
          trace: options.trace,
          outDir: options.out,
          secrets,
          ...WORKER_LIMITS,
        },
        lanesPerWorker: options.lanesPerWorker,
        emit,
      }),
    );
    return { runner, checks: await runner.load() };
  });
  const [list, { runner, checks }, builds, known, durations] = await refuseTogether(
    reading,
    loading,
    readBuilds(options),
    readKnownFailures(options),
    readNamedDurations(options, signal),
    refuseNotFiles(options.reporters, options.cwd),
  );
  const plan = await makePlan(options, list, checks, durations, plannedSessions(options));
  return { list, plan, runner, builds, known, secrets };
}

/** Reads what can be read where `wrong` says that the settings are wrong, so that one refusal names every mistake. Always rejects. */
export async function refuseSettings(wrong: Error, options: RunOptions): Promise<never> {
  await using stack = new AsyncDisposableStack();
  await refuseTogether(
    Promise.reject(wrong),
    readInput(options, stack, () => {}, new AbortController().signal),
  );
  throw wrong;
}

/** The values that no output may show: those of the environment variables that the list names. */
function secretsInList(list: SiteList): string[] {
  const names = new Set<string>();
  for (const site of list.sites) for (const name of site.env ?? []) names.add(name);
  return [...names].flatMap((name) => process.env[name] ?? []);
}
