import { BUILT_IN_CHECK, findCheckFiles } from '../../check/pool/check-files.ts';
import { suiteHashes, type SuiteHashes } from '../../check/pool/suite-hash.ts';
import { WORKER_LIMITS, WorkerPool } from '../../check/pool/worker-pool.ts';
import type { CheckPlan } from '../../core/check.ts';
import { GridrunError } from '../../core/fault.ts';
import type { CheckOptions, PlanOptions, SelectionOptions } from '../../core/options.ts';
import type { WorkerSupport } from './input.ts';

/** The checks of a run, loaded. */
export interface Suite {
  readonly runner: WorkerPool;
  readonly checks: readonly CheckPlan[];
  /** The check files, as absolute paths. */
  readonly files: readonly string[];
  readonly hashes: SuiteHashes;
  /** The user asked for a part of the checks only. */
  readonly leavesOut: boolean;
}

/** Starts the workers and loads the check files in one of them. */
export async function loadSuite(
  options: CheckOptions & Pick<PlanOptions, 'sessions'>,
  secrets: readonly string[],
  { stack, emit, signal }: WorkerSupport,
): Promise<Suite> {
  const files = await findCheckFiles(options.cwd, options.checks);
  signal.throwIfAborted();
  const { cwd, setup, selection, forbidOnly, checkTimeoutMs, lanesPerWorker, evidence, trace, record, recordMaxBytes } =
    options;
  const worker = {
    cwd,
    files,
    setup,
    ...selection,
    forbidOnly,
    checkTimeoutMs,
    failOnExtensionErrors: options.failOnExtensionErrors,
    evidence,
    trace,
    record,
    recordMaxBytes,
    outDir: options.out,
    secrets,
    ...WORKER_LIMITS,
  };
  const sessions = options.sessions === 'auto' ? undefined : options.sessions;
  const runner = stack.use(new WorkerPool({ worker, lanesPerWorker, sessions, emit }));
  const checks = await runner.load();
  const leavesOut = leavesOutChecks(selection, checks) || (await leavesOutFiles(options, files));
  const hashes = await suiteHashes(cwd, files, runner.files);
  return { runner, checks, files, hashes, leavesOut };
}

/**
 * Does the selection leave out checks of the suite? Tags that are only those of sites leave out none.
 * @param planned the checks that it leaves in
 */
function leavesOutChecks(
  { grep, grepInvert, tags }: SelectionOptions,
  planned: readonly Pick<CheckPlan, 'tags'>[],
): boolean {
  const isByTag = planned.some((check) => check.tags.some((tag) => tags.includes(tag)));
  return grep !== undefined || grepInvert !== undefined || isByTag;
}

/** Does the command line name only some of the files that a run without arguments would take? */
async function leavesOutFiles({ cwd, wholeSuite }: CheckOptions, files: readonly string[]): Promise<boolean> {
  if (wholeSuite === undefined) return false;
  const all = await findCheckFiles(cwd, wholeSuite).catch((error: unknown) => {
    // The config names files that are not there. This run does not need them.
    if (error instanceof GridrunError) return [];
    throw error;
  });
  return all.some((file) => !files.includes(file) && file !== BUILT_IN_CHECK);
}
