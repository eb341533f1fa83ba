import type { WorkerPoolOptions } from '../../src/check/pool/worker-pool.ts';
import type { WorkerOptions } from '../../src/check/protocol.ts';

/** The options of a pool and its workers that a test sets; `workerPoolOptions` fills in the rest. */
export type PoolSettings = Partial<WorkerOptions & Omit<WorkerPoolOptions, 'worker'>>;

/** The options of a pool with one worker, for a suite in the folder `cwd`. */
export function workerPoolOptions(cwd: string, settings: PoolSettings): WorkerPoolOptions {
  const {
    lanesPerWorker = 0,
    workerCount = 1,
    sessions,
    fixtureDeadlineMs = 10_000,
    emit = () => {},
    ...worker
  } = settings;
  return {
    lanesPerWorker,
    workerCount,
    sessions,
    fixtureDeadlineMs,
    emit,
    worker: {
      cwd,
      files: [],
      setup: [],
      tags: [],
      forbidOnly: false,
      checkTimeoutMs: 5_000,
      outDir: `${cwd}/out`,
      secrets: [],
      failOnExtensionErrors: false,
      evidence: 'failures',
      trace: false,
      record: 'off',
      recordMaxBytes: 1_000_000,
      stallLimitMs: 10_000,
      loadLimitMs: 60_000,
      ...worker,
    },
  };
}
