import type { CheckResult } from '../core/attempt.ts';
import type { CheckPlan } from '../core/check.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Fault } from '../core/fault.ts';
import type { EvidenceKind, RecordKind } from '../core/options.ts';
import type { AttemptOrder, AttemptOutcome, LateError } from '../core/ports.ts';

/** What a worker needs before it can load the suite. Everything here crosses a process border as JSON. */
export interface WorkerOptions {
  readonly cwd: string;
  /** Check files: absolute paths, in load order. */
  readonly files: readonly string[];
  /** Modules whose `mochaHooks` and global fixtures run around all checks. */
  readonly setup: readonly string[];
  /** Regular expressions on a check's full title. */
  readonly grep?: string;
  readonly grepInvert?: string;
  readonly tags: readonly string[];
  readonly forbidOnly: boolean;
  readonly checkTimeoutMs: number;
  /** The results folder. Evidence is written below it. */
  readonly outDir: string;
  /** Values that no file and no message may hold. */
  readonly secrets: readonly string[];
  /** Fail a site whose extension threw, whatever its checks report. */
  readonly failOnExtensionErrors: boolean;
  /** Which checks to keep evidence for. */
  readonly evidence: EvidenceKind;
  /** Take a picture after each command that acts on the page. */
  readonly trace: boolean;
  /** Which attempts to keep a recording of. With `off`, nothing is recorded. */
  readonly record: RecordKind;
  /** The most bytes of the bodies in one recording. */
  readonly recordMaxBytes: number;
  /** How much CPU time an event loop may use without a turn, in ms. One that only waits may take four times as long. */
  readonly stallLimitMs: number;
  /** How long one file may take to load, in ms. */
  readonly loadLimitMs: number;
  /** Whether the worker is to have more than one lane. */
  readonly sharesProcess: boolean;
}

/** An attempt's order without the signal, which becomes an `interrupt` message. */
export type OrderOnWire = Omit<AttemptOrder, 'signal'>;

/** mocha's global setup or teardown. */
export type FixtureKind = 'setup' | 'teardown';

/** Messages from the pool to a worker. `id` is the pool's number for an attempt, unique within one worker. */
export type ToWorker =
  | { readonly type: 'load'; readonly options: WorkerOptions; readonly isTraced: boolean }
  | { readonly type: 'attempt'; readonly id: number; readonly order: OrderOnWire }
  | { readonly type: 'interrupt'; readonly id: number }
  | { readonly type: 'fixture'; readonly which: FixtureKind }
  | { readonly type: 'overdue' }
  | { readonly type: 'end' }
  | { readonly type: 'ping' };

/** Messages from a worker to the pool. */
export type FromWorker =
  | { readonly type: 'loading'; readonly file: string }
  | WorkerLoaded
  | WorkerRefusal
  | WorkerStarted
  | { readonly type: 'check'; readonly id: number; readonly result: CheckResult }
  | WorkerDone
  | { readonly type: 'declined'; readonly id: number }
  | ProcessChanged
  | { readonly type: 'changed'; readonly what: readonly string[] }
  | { readonly type: 'late'; readonly error: LateError }
  | { readonly type: 'typed'; readonly secrets: readonly string[]; readonly beginnings: readonly string[] }
  | { readonly type: 'fixture-done'; readonly which: FixtureKind; readonly fault?: Fault }
  | { readonly type: 'pong' }
  | WorkerTrace
  | WorkerOutput
  | WorkerNotice;

/** The suite is loaded. */
export interface WorkerLoaded {
  readonly type: 'loaded';
  readonly checks: readonly CheckPlan[];
  readonly hasFixtures: boolean;
  /** The user's modules that it is made of: check files, setup and what they import. Absolute paths. */
  readonly files: readonly string[];
}

/** An attempt has its lane, and starts. */
export interface WorkerStarted {
  readonly type: 'started';
  readonly id: number;
  /** For how long the event loop had stood still by then, in ms. */
  readonly stalledMs: number;
}

/** An attempt has ended. */
export interface WorkerDone {
  readonly type: 'done';
  readonly id: number;
  readonly outcome: AttemptOutcome;
  /** What the attempt has left in the process may reach other sites, so the worker declines further attempts. */
  readonly isSpent?: boolean;
  /** An address, such as `port 8080`, that a server of a check that failed could not have. */
  readonly addressInUse?: string;
}

/**
 * What all lanes of the worker share has changed while checks of several sites ran, so nobody knows what their results are
 * worth. The worker declines further attempts.
 */
export interface ProcessChanged {
  readonly type: 'process-changed';
  /** What has changed, such as `the working folder`. */
  readonly what: readonly string[];
  /** The attempts that ran. */
  readonly ids: readonly number[];
  /** Each load of the suite changes it, so the suite can be loaded only once per process. */
  readonly byLoad: boolean;
}

/** The suite could not be loaded. */
export interface WorkerRefusal {
  readonly type: 'refused';
  readonly code: ErrorCode;
  readonly message: string;
  readonly mistakes: readonly string[];
  readonly hint?: string;
}

/** What a check wrote to its console. */
export interface WorkerOutput {
  readonly type: 'output';
  /** Empty if the output belongs to no site. */
  readonly siteId: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A wire command of the worker, for the trace of `GRIDRUN_DEBUG=protocol`. `at` is in ms since 1970. */
export interface WorkerTrace {
  readonly type: 'trace';
  readonly at: number;
  readonly text: string;
}

/** A warning for the user. */
export interface WorkerNotice {
  readonly type: 'notice';
  readonly code: ErrorCode;
  readonly text: string;
}

/**
 * The file descriptor between the pool and the watchdog. The pool asks for the time with any byte. The watchdog writes one
 * line of JSON: a `StallTime` for each question, and a `StallReport` while its worker stands still.
 */
export const WATCHDOG_FD = 4;

/** For how long the worker's event loop has stood still since its start. */
export interface StallTime {
  readonly stalledMs: number;
}

/** The worker's event loop stands still. */
export interface StallReport {
  /** The attempt whose code it is in; null if unknown. */
  readonly attemptId: number | null;
  /** `CheckPlan.title`; empty if unknown. */
  readonly check: string;
  /** `file:line` in the user's code; empty if unknown. */
  readonly where: string;
}
