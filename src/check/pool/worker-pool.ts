import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import pLimit from 'p-limit';
import { statusOf } from '../../core/attempt.ts';
import type { CheckPlan } from '../../core/check.ts';
import { isCode, type ErrorCode } from '../../core/error-codes.ts';
import { GridrunError, faultOf, type Fault } from '../../core/fault.ts';
import type { AttemptOrder, AttemptOutcome, CheckRunner, Emit, LateError, Withheld } from '../../core/ports.ts';
import { hideInTrace } from '../../wire/protocol-trace.ts';
import { untilAborted } from '../../wire/until-aborted.ts';
import { mochaConfigIn } from './check-files.ts';
import { GlobalFixtures } from './global-fixtures.ts';
import { ProcessSharing } from './process-sharing.ts';
import { chargedIfPassed, interrupted } from './worker-death.ts';
import { WorkerProcess, type WorkerListeners, type WorkerOutcome } from './worker-process.ts';
import { Workers } from './workers.ts';
import type { WorkerOptions } from '../protocol.ts';

const FIXTURE_DEADLINE_MS = 10_000;
/** Asking the system each time is slow. */
const PROCESSOR_COUNT = availableParallelism();
/** The limits of a worker that no setting changes. A file that takes longer to load waits for something that never comes. */
export const WORKER_LIMITS = { stallLimitMs: 10_000, loadLimitMs: 60_000 } as const;

export interface WorkerPoolOptions {
  /** The options of each worker. Relative paths in `setup` and `outDir` start at `cwd`. */
  readonly worker: Omit<WorkerOptions, 'sharesProcess'>;
  /** The maximum of open sessions, if it is known. */
  readonly sessions?: number | undefined;
  /** Maximum lanes in one worker; 0 spreads them over `workerCount` workers. */
  readonly lanesPerWorker: number;
  /** Default: one per core. */
  readonly workerCount?: number;
  /** How long the end of a run waits for mocha's global teardown, in ms. Default: 10 s. */
  readonly fixtureDeadlineMs?: number;
  /** Receives the console output of checks, and notices. */
  readonly emit: Emit;
}

/** Runs the suite in child processes, many sites in each. Starts a worker when it is warmed, or when its first attempt comes. */
export class WorkerPool implements CheckRunner {
  readonly #options: WorkerPoolOptions;
  readonly #workerOptions: WorkerOptions;
  readonly #workers: Workers;
  readonly #sharing: ProcessSharing;
  readonly #lateListeners: ((error: LateError) => void)[] = [];
  /** Sites that may have held or ended a worker. Each runs alone in a worker of its own. */
  readonly #suspects = new Set<string>();
  /** Sites that were in a worker that died. A second death makes them suspects: the first may have come from outside. */
  readonly #sitesWhoseWorkerDiedOnce = new Set<string>();
  /** Evidence that has held the session, by site. */
  readonly #withheld = new Map<string, Withheld>();
  /** Keeps hundreds of suspects from becoming hundreds of processes. */
  readonly #aloneLimit = pLimit(PROCESSOR_COUNT);
  #loaded: Promise<readonly CheckPlan[]> | undefined;
  #checks: readonly CheckPlan[] = [];
  #files: readonly string[] = [];
  #fixtures: GlobalFixtures | undefined;
  #disposed: Promise<void> | undefined;

  constructor(options: WorkerPoolOptions) {
    const { cwd, setup, outDir, secrets } = options.worker;
    hideInTrace(secrets);
    this.#options = options;
    this.#workerOptions = {
      ...options.worker,
      setup: setup.map((file) => resolve(cwd, file)),
      outDir: resolve(cwd, outDir),
      sharesProcess: this.#maxLanes() > 1,
    };
    this.#workers = new Workers(() => this.#start(this.#workerOptions));
    this.#sharing = new ProcessSharing({
      start: () => this.#startLone(),
      warn: (text) => this.#warn('checks.shared-process', text),
    });
  }

  /** The suite's checks. Throws a refusal with every mistake of every file. */
  async load(): Promise<readonly CheckPlan[]> {
    return await (this.#loaded ??= this.#load());
  }

  /** The user's modules that the suite is made of. Call after `load`. */
  get files(): readonly string[] {
    return this.#files;
  }

  async #load(): Promise<readonly CheckPlan[]> {
    const config = await mochaConfigIn(this.#workerOptions.cwd);
    if (config !== undefined) {
      const text = `gridrun does not read ${config}: write timeout, grep, retries and setup (for its require and hooks) into gridrun.config.ts`;
      this.#warn('checks.mocharc', text);
    }
    // Nobody would end a process that starts after the pool was disposed.
    if (this.#disposed !== undefined) throw new GridrunError('runner.stopped', 'stopped before the checks were loaded');
    const worker = this.#workers.of(this.#workerKey(0));
    this.#checks = await worker.suite.done;
    this.#files = worker.suite.files;
    if (worker.suite.hasFixtures) {
      this.#fixtures = new GlobalFixtures(worker);
      this.#workers.keep(worker);
    }
    return this.#checks;
  }

  /** Starts the workers that the first sites need, so that they load the suite while the first sessions open. Call after `load`. */
  warm(siteCount: number): void {
    // Global fixtures run before any other worker loads the suite.
    if (this.#fixtures !== undefined) return;
    const slotCount = Math.min(siteCount, this.#options.sessions ?? PROCESSOR_COUNT);
    const keys = new Set(Array.from({ length: slotCount }, (_, slot) => this.#workerKey(slot)));
    // More would only slow each other down.
    for (const key of [...keys].slice(0, PROCESSOR_COUNT)) this.#workers.of(key);
  }

  /** Runs an attempt in its slot's worker. Never rejects. */
  async attempt(order: AttemptOrder): Promise<AttemptOutcome> {
    try {
      await this.load();
      const broken = await this.#setUp(order);
      if (broken !== undefined) return this.#allFailed(broken);
      const { id } = order.site;
      const alone = this.#suspects.has(id);
      const own = this.#withheld.has(id) ? { ...order, withheld: this.#withheld.get(id) } : order;
      const outcome = await this.#sharing.attempt(own, async () =>
        alone
          ? await this.#aloneLimit(() => this.#attemptAlone(own))
          : await this.#attemptIn(this.#workers.of(this.#workerKey(own.slot)), own),
      );
      if (isCode(outcome.fault?.code, 'evidence.held-session'))
        this.#withheld.set(id, this.#withheld.has(id) ? 'page' : 'pictures');
      return this.#withUndecided(outcome);
    } catch (error) {
      if (order.signal.aborted) return interrupted(new Map());
      return { ending: 'faulted', checks: [], fault: faultOf(error), sessionDirty: false };
    }
  }

  /** Runs the global setup once. Returns what went wrong in it. Rejects if the run is stopped meanwhile. */
  async #setUp({ siteTimeoutMs, signal }: AttemptOrder): Promise<Fault | undefined> {
    return this.#fixtures === undefined ? undefined : await untilAborted(this.#fixtures.setUp(siteTimeoutMs), signal);
  }

  async #attemptIn(worker: WorkerProcess, order: AttemptOrder): Promise<WorkerOutcome | 'declined'> {
    await worker.suite.done;
    const outcome = await worker.attempt(order);
    await this.#workers.endIfSpent(worker);
    return outcome;
  }

  async #attemptAlone(order: AttemptOrder): Promise<WorkerOutcome | 'declined'> {
    const worker = this.#startLone();
    const outcome = await this.#attemptIn(worker, order);
    await worker.stop();
    return outcome;
  }

  #suspect(siteId: string, stalled: boolean): void {
    if (stalled || this.#sitesWhoseWorkerDiedOnce.has(siteId)) this.#suspects.add(siteId);
    this.#sitesWhoseWorkerDiedOnce.add(siteId);
  }

  /** Calls `listener` for each error that a check throws after its attempt has ended. */
  onLateError(listener: (error: LateError) => void): void {
    this.#lateListeners.push(listener);
  }

  /** Runs the global teardown and ends all workers. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (this.#disposed ??= this.#dispose());
  }

  async #dispose(): Promise<void> {
    const wrong = await this.#fixtures?.tearDown(this.#options.fixtureDeadlineMs ?? FIXTURE_DEADLINE_MS);
    if (wrong !== undefined) this.#warn('checks.global-teardown', wrong);
    await this.#workers.stop();
  }

  #warn(code: ErrorCode, text: string): void {
    this.#options.emit({ type: 'notice', level: 'warning', code, text });
  }

  #workerKey(slot: number): string {
    const { lanesPerWorker, workerCount } = this.#options;
    return lanesPerWorker > 0 ? `${Math.floor(slot / lanesPerWorker)}` : `${slot % (workerCount ?? PROCESSOR_COUNT)}`;
  }

  /** How many lanes the fullest worker will have. */
  #maxLanes(): number {
    const { lanesPerWorker, workerCount = PROCESSOR_COUNT, sessions = Infinity } = this.#options;
    return lanesPerWorker > 0 ? Math.min(lanesPerWorker, sessions) : sessions / workerCount;
  }

  /** Starts a worker for one lane. */
  #startLone(): WorkerProcess {
    const worker = this.#start({ ...this.#workerOptions, sharesProcess: false });
    this.#workers.add(worker);
    return worker;
  }

  #start(options: WorkerOptions): WorkerProcess {
    const listeners: WorkerListeners = {
      onOutput: ({ siteId, stream, text }) => this.#options.emit({ type: 'check-output', siteId, stream, text }),
      onNotice: ({ code, text }) => this.#warn(code, text),
      onLate: (error) => {
        for (const listener of this.#lateListeners) listener(error);
      },
      onProcessChanged: (change) => this.#sharing.onChange(change),
      onSuspects: (siteIds, stalled) => {
        for (const id of siteIds) this.#suspect(id, stalled);
      },
    };
    return new WorkerProcess(options, listeners, this.#checks);
  }

  /** The global setup failed: every check gets its fault, as behind any failed hook. */
  #allFailed(fault: Fault): AttemptOutcome {
    const checks = this.#checks.map(({ title }) => ({ title, status: statusOf(fault), durationMs: 0, fault }));
    return { ending: 'completed', checks, sessionDirty: false };
  }

  /**
   * If the site's time was up, or it held its worker, each check without a result is errored. If all have passed, or the checks
   * have ended their process after that, a hook did it, and the last check gets the fault.
   */
  #withUndecided(outcome: AttemptOutcome): AttemptOutcome {
    const { fault } = outcome;
    const isCut = outcome.ending === 'timed-out';
    const decided = new Map(outcome.checks.map((check) => [check.title, check]));
    const isByHook = decided.size === this.#checks.length && isCode(fault?.code, 'check.ended-process');
    if (fault === undefined || (!isCut && !isByHook)) return outcome;
    const checks = this.#checks.map(
      ({ title }) => decided.get(title) ?? { title, status: 'errored' as const, durationMs: 0, fault },
    );
    return { ...outcome, checks: chargedIfPassed(checks, fault) };
  }
}
