import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { isTraced, trace } from '../../wire/protocol-trace.ts';
import { isStopped } from '../../os/process-state.ts';
import { messageText } from './message-text.ts';
import {
  WATCHDOG_FD,
  type FromWorker,
  type StallReport,
  type StallTime,
  type ToWorker,
  type WorkerOutput,
  type WorkerTrace,
} from '../protocol.ts';

/** How a process ended that gridrun had to kill, because nothing in it ran. */
export const STOPPED = 'it was stopped, as by SIGSTOP';
/** The exit code of a Node that aborted, where there are no signals. */
const ABORTED = 134;
const STOP_MS = 3_000;
/** How long the last words of a process that aborted may take to arrive. */
const LAST_WORDS_MS = 1_000;
const MAIN = fileURLToPath(new URL(`../worker/main${extname(import.meta.url)}`, import.meta.url));

const EXEC_ARGV = [
  // Many lanes make much short-lived garbage. Collecting it at 4 MB instead of 64 halves a worker's memory for 5 % more CPU.
  '--max-semi-space-size=4',
  // A project's package.json may have no `type`. Node would warn about each check file in each lane.
  '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON',
  '--disable-warning=ExperimentalWarning',
];

export interface ChannelListeners {
  readonly onMessage: (message: Exclude<FromWorker, WorkerTrace>) => void;
  /** Output that did not go through a message: of native code, or of Node itself. */
  readonly onOutput: (output: WorkerOutput) => void;
  /** The worker's watchdog found the event loop standing still. The channel then kills the worker. */
  readonly onStall: (report: StallReport) => void;
  /** Called once. `how` is `exit code 1`, `SIGKILL`, `STOPPED`, or why the process did not start. */
  readonly onDeath: (how: string) => void;
}

/** Starts a worker's process and carries the messages of `check/protocol.ts` to and from it. */
export class WorkerChannel {
  readonly #child: ChildProcess;
  readonly #listeners: ChannelListeners;
  readonly #exited = Promise.withResolvers<void>();
  #isDead = false;
  #ranOutOfMemory = false;
  #wasStopped = false;
  #watchdog: Duplex | undefined;
  #askers: ((stalledMs: number) => void)[] = [];

  constructor(cwd: string, listeners: ChannelListeners) {
    this.#listeners = listeners;
    this.#child = fork(MAIN, [], { cwd, execArgv: EXEC_ARGV, stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'] });
    this.#child.on('message', (message) => this.#receive(message as FromWorker));
    trace(`${this.#name}: started`);
    this.#child.on('error', (error) => this.#die(error.message));
    this.#child.on('exit', (code, signal) => void this.#exit(code, signal));
    this.#readOutput();
    this.#readWatchdog();
  }

  /** Sends a message. Does nothing if the worker is gone: its exit is noticed separately. */
  send(message: ToWorker): void {
    if (!this.#child.connected) return;
    if (isTraced()) trace(`to ${this.#name} ${messageText(message)}`);
    this.#child.send(message, () => {});
  }

  /**
   * Asks the watchdog for how long the worker's event loop has stood still since its start, in ms. The watchdog answers
   * whatever the checks have done to their builtins. Never resolves if the process does not run.
   */
  async stalledMs(): Promise<number> {
    return await new Promise((resolve) => {
      this.#askers.push(resolve);
      if (this.#watchdog?.writable === true) this.#watchdog.write('?');
    });
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Kills the process if something outside has stopped it, so that nothing in it can run. Returns whether it was. */
  killIfStopped(): boolean {
    if (!isStopped(this.#child.pid)) return false;
    this.#wasStopped = true;
    this.kill();
    return true;
  }

  /** Ends the process, by force if it has not ended after 3 s. */
  async close(): Promise<void> {
    if (this.#isDead) return;
    const allRead = this.#child.connected ? this.#disconnected() : undefined;
    // It exits when it has sent its last message, unless it stands still.
    this.send({ type: 'end' });
    const timer = setTimeout(() => this.kill(), STOP_MS);
    await Promise.all([this.#exited.promise, allRead]);
    clearTimeout(timer);
  }

  /** Resolves when all messages are read. What a check has started may hold the channel open, so it waits 3 s at most. */
  async #disconnected(): Promise<void> {
    await once(this.#child, 'disconnect', { signal: AbortSignal.timeout(STOP_MS) }).catch(() => {});
  }

  /** For the trace. */
  get #name(): string {
    return `worker ${this.#child.pid ?? '?'}`;
  }

  #receive(message: FromWorker): void {
    if (message.type === 'trace') return trace(`${this.#name} ${message.text}`, message.at);
    if (isTraced()) trace(`from ${this.#name} ${messageText(message)}`);
    this.#listeners.onMessage(message);
  }

  #readOutput(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#child[stream]?.setEncoding('utf8').on('data', (text: string) => {
        if (text.includes('heap out of memory')) this.#ranOutOfMemory = true;
        this.#listeners.onOutput({ type: 'output', siteId: '', stream, text });
      });
    }
  }

  /** V8 aborts if there is no memory left, and only its last words say so. They may come after the exit. */
  async #exit(code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    if (signal === 'SIGABRT' || code === ABORTED) {
      await once(this.#child, 'close', { signal: AbortSignal.timeout(LAST_WORDS_MS) }).catch(() => {});
    }
    const how = signal ?? `exit code ${code}`;
    if (this.#wasStopped) this.#die(STOPPED);
    else this.#die(this.#ranOutOfMemory ? `out of memory, ${how}` : how);
  }

  #readWatchdog(): void {
    // A process that could not be started, for want of open files or memory, has no streams. Its error follows.
    const streams = this.#child.stdio as ChildProcess['stdio'] | undefined;
    if (streams === undefined) return;
    // A worker that is killed before it reads a question resets the pipe. Its exit is noticed separately.
    this.#watchdog = (streams[WATCHDOG_FD] as Duplex).on('error', () => {});
    const lines = createInterface({ input: this.#watchdog }).on('error', () => {});
    lines.on('line', (line) => {
      if (isTraced()) trace(`from watchdog of ${this.#name} ${line}`);
      const said = lineOf(line);
      if (said === undefined) return;
      if ('stalledMs' in said) return this.#answer(said);
      this.#listeners.onStall(said);
      this.kill();
    });
  }

  #answer({ stalledMs }: StallTime): void {
    const askers = this.#askers;
    this.#askers = [];
    for (const resolve of askers) resolve(stalledMs);
  }

  #die(how: string): void {
    if (this.#isDead) return;
    this.#isDead = true;
    trace(`${this.#name}: ended, ${how}`);
    this.#exited.resolve();
    this.#listeners.onDeath(how);
  }
}

/** A line of the watchdog. Undefined if it is none: a check can write to any open file of its process. */
function lineOf(line: string): StallReport | StallTime | undefined {
  try {
    const value = JSON.parse(line) as StallReport | StallTime | null;
    const isKnown = typeof value === 'object' && value !== null && ('stalledMs' in value || 'attemptId' in value);
    return isKnown ? value : undefined;
  } catch {
    return undefined;
  }
}
