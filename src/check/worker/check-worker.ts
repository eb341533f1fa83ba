import { GridrunError } from '../../core/fault.ts';
import { keepCompiled } from '../../os/compile-cache.ts';
import { Redaction } from '../../text/redaction.ts';
import type { FixtureKind, FromWorker, OrderOnWire, WorkerOptions, WorkerRefusal } from '../protocol.ts';
import { AttemptRun } from './attempt/attempt-run.ts';
import { checkFault, laneFault } from './attempt/check-failure.ts';
import { installGeneratorGuard } from './lane/generator-tests.ts';
import { installBodyGuard } from './lane/runnable-body.ts';
import { installLaneGlobals } from './lane/lane-globals.ts';
import { importedPackages, installLaneModules } from './lane/lane-modules.ts';
import { resolvedUserFiles } from './lane/lane-modules.ts';
import { LaneSet } from './lane/lane-set.ts';
import { installLateTestGuard } from './lane/late-tests.ts';
import { installStallAwareTimeouts } from './lane/runnable-timeouts.ts';
import type { Lane } from './lane/lane.ts';
import { ProcessWatch } from './process/process-watch.ts';
import { loadSelenium, type Selenium } from './selenium-module.ts';
import { SharedProcess } from './shared-process.ts';
import { StallClock } from './stall-clock.ts';
import { startWatchdog } from './watchdog.ts';

/** What a worker does with each message: loads the suite, runs attempts, each in a lane of its own. */
export class CheckWorker {
  readonly #options: WorkerOptions;
  readonly #send: (message: FromWorker) => void;
  readonly #selenium: Selenium;
  readonly #clock = new StallClock();
  readonly #lanes: LaneSet;
  readonly #attempts = new Map<number, AttemptRun>();
  readonly #process: SharedProcess;
  #spareLane: Promise<void> | undefined;
  readonly #fixtureContext = {};

  constructor(options: WorkerOptions, send: (message: FromWorker) => void) {
    this.#options = options;
    this.#send = send;
    installStallAwareTimeouts(this.#clock);
    installBodyGuard();
    installGeneratorGuard();
    installLateTestGuard();
    installLaneGlobals();
    this.#selenium = loadSelenium(options.cwd);
    installLaneModules();
    this.#process = new SharedProcess(new ProcessWatch(this.#selenium, importedPackages), this.#attempts, send);
    this.#lanes = new LaneSet(options, this.#process);
  }

  /** Loads the suite; sends `loaded` or `refused`. Never rejects. */
  async load(): Promise<void> {
    try {
      await startWatchdog(this.#options.stallLimitMs, () => this.#clock.stalledMs());
      const { checks, setup, teardown } = await this.#lanes.loadFirst((file) => this.#send({ type: 'loading', file }));
      const hasFixtures = setup.length + teardown.length > 0;
      this.#send({ type: 'loaded', checks, hasFixtures, files: resolvedUserFiles() });
      keepCompiled();
    } catch (error) {
      this.#send(new Redaction(this.#options.secrets).value(refusedBy(error)));
    }
  }

  /** Runs an attempt; sends its results and `done`, or `declined` if the process must take no more. Never rejects. */
  async attempt(id: number, order: OrderOnWire): Promise<void> {
    let lane: Lane | undefined;
    try {
      lane = await this.#laneFor(order);
    } catch (error) {
      const outcome = { ending: 'faulted', checks: [], fault: laneFault(error), sessionDirty: false } as const;
      return this.#send({ type: 'done', id, outcome });
    }
    if (lane === undefined) return this.#send({ type: 'declined', id });
    this.#send({ type: 'started', id, stalledMs: this.#clock.stalledMs() });
    const attempt = new AttemptRun({
      attemptId: id,
      order,
      worker: this.#options,
      lane,
      selenium: this.#selenium,
      clock: this.#clock,
      process: this.#process,
      onResult: (result) => this.#send({ type: 'check', id, result }),
      onLate: (error) => this.#send({ type: 'late', error }),
      onTyped: (typed) => this.#send({ type: 'typed', ...typed }),
    });
    this.#attempts.set(id, attempt);
    lane.startAttempt(attempt);
    const outcome = await attempt.run();
    const isClean = await attempt.cleanUp();
    lane.endAttempt();
    const end = this.#process.endOf(attempt, outcome, isClean);
    const blamed = this.#process.blame(outcome);
    this.#attempts.delete(id);
    this.#send({ type: 'done', id, outcome: blamed, ...end });
  }

  /** A lane for the attempt; undefined if the process must take no more attempts. */
  async #laneFor({ slot }: OrderOnWire): Promise<Lane | undefined> {
    try {
      if (this.#options.sharesProcess) await (this.#spareLane ??= this.#lanes.loadSpare());
      if (!this.#process.mayStart()) return undefined;
      const lane = await this.#lanes.laneOf(slot);
      return this.#process.mayStart() ? lane : undefined;
    } catch (error) {
      if (this.#process.isSpent) return undefined;
      throw error;
    }
  }

  interrupt(id: number): void {
    this.#attempts.get(id)?.interrupt();
  }

  /** An attempt is long over its time. Sends what has changed in the process, for the message. */
  overdue(): void {
    this.#send({ type: 'changed', what: this.#process.changes() });
  }

  /**
   * Runs mocha's global setup or teardown; sends `fixture-done`. Never rejects. They run once per run, in the first
   * worker, as with `mocha --parallel`: other workers share the servers and files that they make, but not the memory.
   */
  async fixture(which: FixtureKind): Promise<void> {
    try {
      for (const fixture of this.#lanes.fixtures[which]) await fixture.call(this.#fixtureContext);
      this.#process.keep();
      this.#send({ type: 'fixture-done', which });
    } catch (error) {
      const fault = checkFault(error, which === 'setup' ? 'mochaGlobalSetup' : 'mochaGlobalTeardown');
      this.#send({ type: 'fixture-done', which, fault: new Redaction(this.#options.secrets).value(fault) });
    }
  }
}

function refusedBy(error: unknown): WorkerRefusal {
  const known = error instanceof GridrunError ? error : new GridrunError('runner.bug', String((error as Error).stack));
  const { code, message, mistakes, hint } = known;
  return { type: 'refused', code, message, mistakes, ...(hint === undefined ? {} : { hint }) };
}
