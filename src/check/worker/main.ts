import { GridrunError } from '../../core/fault.ts';
import { Redaction } from '../../text/redaction.ts';
import { checkFault, laneFault } from './attempt/check-failure.ts';
import { Lane } from './lane/lane.ts';
import { installLaneModules } from './lane/lane-modules.ts';
import { installProcessGuards } from './process-guards.ts';
import type { FixtureKind, FromWorker, WorkerOptions, OrderOnWire, ToWorker } from '../protocol.ts';
import { installStallAwareTimeouts } from './lane/runnable-timeouts.ts';
import { loadSelenium, type Selenium } from './selenium-module.ts';
import { AttemptRun } from './attempt/attempt-run.ts';
import { StallClock } from './stall-clock.ts';
import { startWatchdog } from './watchdog.ts';

/** A worker: the process in which checks run, many sites at a time, each in a lane of its own. */
class CheckWorker {
  readonly #options: WorkerOptions;
  readonly #selenium: Selenium;
  readonly #clock = new StallClock();
  readonly #lanes = new Map<number, Lane>();
  readonly #runs = new Map<number, AttemptRun>();
  /** The first lane: it says what the suite is, and the first attempt takes it. */
  #first: Lane | undefined;
  #suite = '';
  #laneCount = 0;
  #loading: Promise<unknown> = Promise.resolve();
  readonly #fixtureContext = {};
  #fixtures: Pick<Lane, 'setup' | 'teardown'> = { setup: [], teardown: [] };

  constructor(options: WorkerOptions) {
    this.#options = options;
    installStallAwareTimeouts(this.#clock);
    this.#selenium = loadSelenium(options.cwd);
    installLaneModules();
  }

  async load(): Promise<void> {
    try {
      await startWatchdog(this.#options.stallLimitMs);
      const lane = await this.#loadLane((file) => tell({ type: 'loading', file }));
      this.#first = lane;
      this.#fixtures = lane;
      this.#suite = titlesOf(lane);
      tell({ type: 'loaded', checks: lane.checks, hasFixtures: lane.setup.length + lane.teardown.length > 0 });
    } catch (error) {
      const known =
        error instanceof GridrunError ? error : new GridrunError('runner.bug', String((error as Error).stack));
      tell({
        type: 'refused',
        code: known.code,
        message: known.message,
        mistakes: known.mistakes,
        ...(known.hint === undefined ? {} : { hint: known.hint }),
      });
    }
  }

  async attempt(id: number, order: OrderOnWire): Promise<void> {
    let lane: Lane;
    try {
      lane = await this.#laneOf(order.slot);
    } catch (error) {
      const fault = laneFault(error);
      return tell({ type: 'done', id, outcome: { ending: 'faulted', checks: [], fault, sessionDirty: false } });
    }
    const run = new AttemptRun({
      attemptId: id,
      order,
      worker: this.#options,
      lane,
      selenium: this.#selenium,
      clock: this.#clock,
      onResult: (result) => tell({ type: 'check', id, result }),
      onLate: (error) => tell({ type: 'late', error }),
    });
    this.#runs.set(id, run);
    lane.occupy(run);
    const outcome = await run.run();
    lane.occupy(undefined);
    this.#runs.delete(id);
    tell({ type: 'done', id, outcome });
  }

  interrupt(id: number): void {
    this.#runs.get(id)?.interrupt();
  }

  /**
   * mocha's global fixtures run once in a run, in the first worker, as `mocha --parallel` runs them once for all its
   * workers: what they leave in memory is not there in other workers; servers and files are.
   */
  async fixture(which: FixtureKind): Promise<void> {
    try {
      for (const fixture of this.#fixtures[which]) await fixture.call(this.#fixtureContext);
      tell({ type: 'fixture-done', which });
    } catch (error) {
      const fault = checkFault(error, which === 'setup' ? 'mochaGlobalSetup' : 'mochaGlobalTeardown');
      tell({ type: 'fixture-done', which, fault: new Redaction(this.#options.secrets).value(fault) });
    }
  }

  async #laneOf(slot: number): Promise<Lane> {
    const known = this.#lanes.get(slot) ?? this.#first;
    this.#lanes.delete(slot);
    if (known === this.#first) this.#first = undefined;
    const lane = known === undefined || known.spoilt ? await this.#loadLane(() => {}) : known;
    const found = titlesOf(lane);
    // A module that lanes share may have kept a check back: a check that is not there can't fail.
    if (found !== this.#suite)
      throw new Error(`a lane found other checks than the first: ${found || 'none'} instead of ${this.#suite}`);
    this.#lanes.set(slot, lane);
    return lane;
  }

  #loadLane(onFile: (file: string) => void): Promise<Lane> {
    const lane = this.#loading.then(async () => await Lane.load(++this.#laneCount, this.#options, onFile));
    this.#loading = lane.catch(() => {});
    return lane;
  }
}

function titlesOf(lane: Lane): string {
  return lane.checks.map((check) => `'${check.title}'`).join(', ');
}

function tell(message: FromWorker): void {
  // Without a parent there is nobody to tell, and the process is about to end.
  if (process.connected) process.send!(message, undefined, undefined, () => {});
}

// Between a check's own line and the wire there are more than ten frames of the driver.
Error.stackTraceLimit = 50;

installProcessGuards({
  onOutput: (siteId, stream, text) => tell({ type: 'output', siteId, stream, text }),
  onUnattributedError: (error) =>
    tell({
      type: 'notice',
      code: 'checks.stray-error',
      text: `an error that belongs to no site: ${checkFault(error, '').message}`,
    }),
});

let worker: CheckWorker | undefined;
process.on('message', (message: ToWorker) => {
  switch (message.type) {
    case 'load':
      worker = new CheckWorker(message.options);
      return void worker.load();
    case 'attempt':
      return void worker?.attempt(message.id, message.order);
    case 'interrupt':
      return worker?.interrupt(message.id);
    case 'fixture':
      return void worker?.fixture(message.which);
    case 'ping':
      return tell({ type: 'pong' });
  }
});
