import { fork, type ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { CheckResult } from '../../core/attempt.ts';
import type { CheckPlan } from '../../core/check.ts';
import { GridrunError, makeFault, type Fault } from '../../core/fault.ts';
import type { AttemptOrder, AttemptOutcome, LateError } from '../../core/ports.ts';
import { endlessLoop, interrupted, loadDeath, lostWith } from './worker-death.ts';
import {
  WATCHDOG_FD,
  type FixtureKind,
  type FromWorker,
  type WorkerNotice,
  type WorkerOptions,
  type WorkerOutput,
  type StallReport,
  type ToWorker,
} from '../protocol.ts';

const PING_MS = 5_000;
const STOP_MS = 3_000;
/** How long an attempt that is to stop may take to say what it has decided. */
const INTERRUPT_MS = 2_000;

export interface WorkerListeners {
  readonly onOutput: (output: WorkerOutput) => void;
  readonly onNotice: (notice: Omit<WorkerNotice, 'type'>) => void;
  readonly onLate: (error: LateError) => void;
  /** The worker died without saying whose code it was in: these sites were in it, all but the innocent could be guilty. */
  readonly onUnnamed: (siteIds: readonly string[], stoodStill: boolean) => void;
}

interface Running {
  readonly order: AttemptOrder;
  readonly checks: Map<string, CheckResult>;
  readonly settle: (outcome: AttemptOutcome) => void;
}

/** One worker as the parent sees it: a child process that may die at any moment. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #options: WorkerOptions;
  readonly #listeners: WorkerListeners;
  readonly #running = new Map<number, Running>();
  readonly #loaded = Promise.withResolvers<readonly CheckPlan[]>();
  readonly #exited = Promise.withResolvers<void>();
  #hasFixtures = false;
  #fixture: PromiseWithResolvers<Fault | undefined> | undefined;
  #loading = '';
  #stall: StallReport | undefined;
  #lastId = 0;
  #unanswered = 0;
  #dead = false;
  #ping: NodeJS.Timeout | undefined;

  constructor(options: WorkerOptions, listeners: WorkerListeners) {
    this.#options = options;
    this.#listeners = listeners;
    const main = fileURLToPath(new URL(`../worker/main${extname(import.meta.url)}`, import.meta.url));
    this.#child = fork(main, [], {
      cwd: options.cwd,
      // A check file's own folder may say nothing about its kind of modules; Node would say so for each file and lane.
      // Short-lived garbage of many lanes is collected at 4 MB, not at 64: it halves a worker's memory for 5 % more CPU.
      execArgv: [
        '--max-semi-space-size=4',
        '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
        '--disable-warning=ExperimentalWarning',
      ],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
    });
    this.#child.on('message', (message) => this.#onMessage(message as FromWorker));
    this.#child.on('error', (error) => this.#onDeath(error.message));
    this.#child.on('exit', (code, signal) => this.#onDeath(signal === null ? `exit code ${code}` : signal));
    this.#listen();
    this.#loaded.promise.catch(() => {});
    this.#tell({ type: 'load', options });
    this.#ping = setInterval(() => this.#checkAnswers(), PING_MS);
    this.#ping.unref();
  }

  get dead(): boolean {
    return this.#dead;
  }

  /** Does the suite have global fixtures? Known once it is loaded. */
  get hasFixtures(): boolean {
    return this.#hasFixtures;
  }

  /** The suite's checks. Rejects with a refusal where the files can't be loaded. */
  async loaded(): Promise<readonly CheckPlan[]> {
    return await this.#loaded.promise;
  }

  /** Runs an attempt. Never rejects. */
  async attempt(order: AttemptOrder): Promise<AttemptOutcome> {
    if (this.#dead) return lostWith(order, new Map(), { how: '', stall: this.#stall });
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<AttemptOutcome>();
    const checks = new Map<string, CheckResult>();
    this.#running.set(id, { order, checks, settle: resolve });
    const onAbort = (): void => {
      this.#tell({ type: 'interrupt', id });
      // A worker that stands still can't answer; what it has said so far counts.
      setTimeout(() => this.#settle(id, interrupted(checks)), INTERRUPT_MS).unref();
    };
    order.signal.addEventListener('abort', onAbort, { once: true });
    try {
      const { signal: _signal, ...onWire } = order;
      this.#tell({ type: 'attempt', id, order: onWire });
      if (order.signal.aborted) onAbort();
      return await promise;
    } finally {
      order.signal.removeEventListener('abort', onAbort);
    }
  }

  /** Runs mocha's global setup or teardown; gives what went wrong in it. */
  async fixture(which: FixtureKind): Promise<Fault | undefined> {
    if (this.#dead) return makeFault('runner.worker-died', 'the worker that ran mochaGlobalSetup has died');
    this.#fixture = Promise.withResolvers<Fault | undefined>();
    this.#tell({ type: 'fixture', which });
    return await this.#fixture.promise;
  }

  /** Ends the process; what runs in it is lost. */
  async stop(): Promise<void> {
    if (!this.#dead) {
      // Without its channel a worker exits by itself, unless it stands still.
      if (this.#child.connected) this.#child.disconnect();
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
      await this.#exited.promise;
      clearTimeout(timer);
    }
  }

  #listen(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]
        ?.setEncoding('utf8')
        .on('data', (text: string) => this.#listeners.onOutput({ type: 'output', siteId: '', stream, text }));
    }
    const reports = this.#child.stdio[WATCHDOG_FD] as Readable;
    createInterface({ input: reports }).on('line', (line) => {
      this.#stall = JSON.parse(line) as StallReport;
      this.#child.kill('SIGKILL');
    });
  }

  #tell(message: ToWorker): void {
    // A worker that is gone is noticed by its exit.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #onMessage(message: FromWorker): void {
    this.#unanswered = 0;
    switch (message.type) {
      case 'loading':
        this.#loading = message.file;
        break;
      case 'loaded':
        this.#hasFixtures = message.hasFixtures;
        this.#loaded.resolve(message.checks);
        break;
      case 'refused':
        this.#loaded.reject(
          new GridrunError(message.code, message.message, {
            mistakes: message.mistakes,
            hint: message.hint,
            atStart: true,
          }),
        );
        break;
      case 'check':
        this.#running.get(message.id)?.checks.set(message.result.title, message.result);
        break;
      case 'done':
        this.#settle(message.id, message.outcome);
        break;
      case 'late':
        this.#listeners.onLate(message.error);
        break;
      case 'fixture-done':
        this.#fixture?.resolve(message.fault);
        break;
      case 'output':
        this.#listeners.onOutput(message);
        break;
      case 'notice':
        this.#listeners.onNotice({ code: message.code, text: message.text });
        break;
      case 'pong':
        break;
    }
  }

  #settle(id: number, outcome: AttemptOutcome): void {
    const running = this.#running.get(id);
    this.#running.delete(id);
    running?.settle(outcome);
  }

  /** The watchdog sees a loop that stands still; this sees, later than it would, a process that does not run at all. */
  #checkAnswers(): void {
    if (this.#running.size === 0) this.#unanswered = 0;
    if (this.#unanswered * PING_MS > 6 * this.#options.stallLimitMs + 30_000) this.#child.kill('SIGKILL');
    this.#unanswered++;
    this.#tell({ type: 'ping' });
  }

  #onDeath(how: string): void {
    if (this.#dead) return;
    this.#dead = true;
    clearInterval(this.#ping);
    this.#exited.resolve();
    const stall = this.#stall;
    this.#loaded.reject(loadDeath(this.#loading, { how, stall }));
    this.#fixture?.resolve(makeFault('runner.worker-died', `the worker died (${how})`));
    const running = [...this.#running];
    const guilty = this.#guilty(running);
    if (guilty === undefined && running.length > 0)
      this.#listeners.onUnnamed(
        running.map(([, { order }]) => order.site.id),
        stall !== undefined,
      );
    for (const [id, { order, checks }] of running) {
      const isGuilty = stall !== undefined && id === guilty;
      this.#settle(
        id,
        isGuilty ? endlessLoop(checks, stall, this.#options.stallLimitMs) : lostWith(order, checks, { how, stall }),
      );
    }
  }

  /** The attempt that the endless loop is in; where only one was running, the watchdog need not have named it. */
  #guilty(running: readonly (readonly [number, Running])[]): number | undefined {
    if (this.#stall === undefined) return undefined;
    return this.#stall.attemptId ?? (running.length === 1 ? running[0]![0] : undefined);
  }
}
