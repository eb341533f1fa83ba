import type { CheckPlan } from '../../core/check.ts';
import { makeFault, type Fault } from '../../core/fault.ts';
import type { AttemptOrder, AttemptOutcome, LateError } from '../../core/ports.ts';
import { namesOf } from '../../text/names-of.ts';
import { Redaction } from '../../text/redaction.ts';
import { OutputBound } from '../../core/output-bound.ts';
import { withoutTokens } from '../../text/secret-names.ts';
import { isTraced } from '../../wire/protocol-trace.ts';
import type {
  FixtureKind,
  FromWorker,
  ProcessChanged,
  StallReport,
  WorkerDone,
  WorkerNotice,
  WorkerOptions,
  WorkerOutput,
  WorkerTrace,
} from '../protocol.ts';
import { AttemptLimits } from './attempt-limit.ts';
import { Heartbeat } from './heartbeat.ts';
import { RunningAttempts } from './running-attempts.ts';
import { SuiteLoad } from './suite-load.ts';
import { WorkerChannel } from './worker-channel.ts';
import { brokenProcess, BROKEN, lostWith } from './worker-death.ts';

/** How long an interrupted attempt may take to report what it has decided. */
const INTERRUPT_MS = 2_000;
/** What native code and child processes of checks may write past the worker's streams. */
const NATIVE_OUTPUT = { maxChars: 10_000_000, maxWrites: 50_000 };

export interface WorkerListeners {
  readonly onOutput: (output: WorkerOutput) => void;
  readonly onNotice: (notice: Omit<WorkerNotice, 'type'>) => void;
  readonly onLate: (error: LateError) => void;
  readonly onProcessChanged: (change: SharedChange) => void;
  /** The worker died and nobody knows which of these sites is to blame. `stalled`: its event loop stood still. */
  readonly onSuspects: (siteIds: readonly string[], stalled: boolean) => void;
}

/** What all lanes of a worker share has changed. */
export interface SharedChange {
  readonly what: readonly string[];
  /** The sites whose checks ran. If there are several, they are repeated. */
  readonly siteIds: readonly string[];
  /** As in `ProcessChanged`. */
  readonly byLoad: boolean;
}

/** An attempt's outcome, and the address that a server of a failed check could not have. */
export type WorkerOutcome = AttemptOutcome & Pick<WorkerDone, 'addressInUse'>;

/**
 * One worker as the parent sees it: a child process that may die at any moment.
 * Its states are loading, loaded, and dead. `attempt` and `fixture` may be called in each of them.
 */
export class WorkerProcess {
  readonly #options: WorkerOptions;
  readonly #listeners: WorkerListeners;
  readonly #channel: WorkerChannel;
  readonly #heartbeat: Heartbeat;
  readonly #attempts = new RunningAttempts();
  readonly #suite: SuiteLoad;
  readonly #limits: AttemptLimits;
  #fixture: PromiseWithResolvers<Fault | undefined> | undefined;
  #stall: StallReport | undefined;
  /** What has changed in the process, as the worker reported it when an attempt was late. */
  #changed: readonly string[] = [];
  /** What checks typed into password fields. The worker removes it from its messages, but native code writes past it. */
  readonly #typed = new Redaction([]);
  readonly #nativeOutput = new OutputBound(NATIVE_OUTPUT);
  #isDead = false;
  #isSpent = false;

  /** @param planned the suite that it must find; empty for the first worker, whose suite becomes the plan */
  constructor(options: WorkerOptions, listeners: WorkerListeners, planned: readonly CheckPlan[]) {
    this.#options = options;
    this.#suite = new SuiteLoad(planned);
    this.#listeners = listeners;
    this.#channel = new WorkerChannel(options.cwd, {
      onMessage: (message) => this.#onMessage(message),
      onOutput: (output) => {
        const text = this.#nativeOutput.take(withoutTokens(this.#typed.text(output.text)));
        if (text !== undefined) listeners.onOutput({ ...output, text });
      },
      onStall: (report) => (this.#stall = report),
      onDeath: (how) => this.#onDeath(how),
    });
    this.#channel.send({ type: 'load', options, isTraced: isTraced() });
    this.#limits = new AttemptLimits({
      loadLimitMs: options.loadLimitMs,
      stalledMs: async () => await this.#channel.stalledMs(),
      onLate: () => {
        if (!this.#channel.killIfStopped()) this.#channel.send({ type: 'overdue' });
      },
      onOverdue: (id) => this.#giveUp(id),
    });
    this.#heartbeat = new Heartbeat({
      ping: () => this.#channel.send({ type: 'ping' }),
      onSilent: () => this.#channel.kill(),
      limitMs: 6 * options.stallLimitMs + 30_000,
      isIdle: () => this.#attempts.count === 0,
    });
  }

  /** May it get another attempt? Not if it died, or if an attempt left traces that could reach other sites. */
  get isUsable(): boolean {
    return !this.#isDead && !this.#isSpent;
  }

  get isIdle(): boolean {
    return this.#attempts.count === 0;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** How it loads the suite. `done` rejects with a refusal if the files can't be loaded, or with `runner.lane` if they were before. */
  get suite(): SuiteLoad {
    return this.#suite;
  }

  /** Runs an attempt. `declined`: it did not start, and another worker must take it. Never rejects. */
  async attempt(order: AttemptOrder): Promise<WorkerOutcome | 'declined'> {
    if (this.#isDead) return lostWith(order, new Map(), { how: '', stall: this.#stall });
    const { signal, ...onWire } = order;
    const { id, outcome } = this.#attempts.add(order);
    const onAbort = (): void => this.#interrupt(id);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#limits.add(id, order.site.timeoutMs ?? order.siteTimeoutMs);
    try {
      this.#channel.send({ type: 'attempt', id, order: onWire });
      if (signal.aborted) onAbort();
      return await outcome;
    } finally {
      signal.removeEventListener('abort', onAbort);
      this.#limits.end(id);
    }
  }

  /** The worker cannot end an attempt. If others run beside it, nobody knows whose check has broken the process. */
  #giveUp(id: number): void {
    this.#isSpent = true;
    const ids = this.#attempts.ids();
    if (ids.length < 2) this.#attempts.end(id, (running) => brokenProcess(running, this.#suite.checks, this.#changed));
    else this.#onProcessChanged({ what: this.#changed.length > 0 ? this.#changed : [BROKEN], ids, byLoad: false });
    for (const one of ids) this.#attempts.interrupt(one);
    this.#channel.kill();
  }

  /** Runs mocha's global setup or teardown. Returns what went wrong in it. Never rejects. */
  async fixture(which: FixtureKind): Promise<Fault | undefined> {
    if (this.#isDead) return makeFault('runner.worker-died', 'the process that ran mochaGlobalSetup has crashed');
    this.#fixture = Promise.withResolvers<Fault | undefined>();
    this.#channel.send({ type: 'fixture', which });
    return await this.#fixture.promise;
  }

  /** Ends the process. Attempts that still run in it are lost. */
  async stop(): Promise<void> {
    await this.#channel.close();
  }

  #interrupt(id: number): void {
    this.#channel.send({ type: 'interrupt', id });
    // A worker that stands still can't reply. What it has reported so far counts.
    setTimeout(() => this.#attempts.interrupt(id), INTERRUPT_MS).unref();
  }

  #onMessage(message: Exclude<FromWorker, WorkerTrace>): void {
    this.#heartbeat.reset();
    switch (message.type) {
      case 'loading':
        this.#suite.file = message.file;
        return;
      case 'loaded':
        if (this.#suite.onLoaded(message)) return;
        return this.#discard();
      case 'refused':
        this.#suite.onRefused(message);
        return this.#discard();
      case 'started':
        return this.#limits.start(message.id, message.stalledMs);
      case 'changed':
        this.#changed = message.what;
        return;
      case 'check':
        return this.#attempts.record(message.id, message.result);
      case 'done':
        return this.#onDone(message);
      case 'declined':
        this.#isSpent = true;
        return this.#attempts.settle(message.id, 'declined');
      case 'process-changed':
        return this.#onProcessChanged(message);
      case 'late':
        return this.#listeners.onLate(message.error);
      case 'fixture-done':
        return this.#fixture?.resolve(message.fault);
      case 'typed':
        this.#typed.add(message.secrets);
        return this.#typed.addBeginnings(message.beginnings);
      case 'output':
        return this.#listeners.onOutput(message);
      case 'notice':
        return this.#listeners.onNotice({ code: message.code, text: message.text });
      case 'pong':
    }
  }

  /** It cannot run the suite of the run. Another worker takes its place. */
  #discard(): void {
    this.#isSpent = true;
    void this.stop();
  }

  #onDone({ id, outcome, isSpent = false, addressInUse }: WorkerDone): void {
    if (isSpent) this.#isSpent = true;
    const whole: WorkerOutcome = addressInUse === undefined ? outcome : { ...outcome, addressInUse };
    this.#attempts.settle(id, whole);
  }

  #onProcessChanged({ what, ids, byLoad }: Omit<ProcessChanged, 'type'>): void {
    this.#isSpent = true;
    this.#listeners.onProcessChanged({ what, siteIds: this.#attempts.sitesOf(ids), byLoad });
    // Alone in its process, an attempt has only met its own changes.
    if (ids.length < 2 && !byLoad) return;
    for (const id of ids) {
      this.#attempts.repeat(id, `checks of other sites ran beside it while ${namesOf(what)} changed`);
      this.#interrupt(id);
    }
  }

  #onDeath(how: string): void {
    this.#isDead = true;
    this.#heartbeat.stop();
    const death = { how, stall: this.#stall };
    this.#suite.onDeath(death);
    this.#fixture?.resolve(makeFault('runner.worker-died', `the process that runs your checks crashed (${how})`));
    const suspects = this.#attempts.endAll(death, this.#options.stallLimitMs);
    if (suspects.length > 0) this.#listeners.onSuspects(suspects, this.#stall !== undefined);
  }
}
