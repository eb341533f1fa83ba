import type { CheckResult } from '../core/attempt.ts';
import type { CheckPlan } from '../core/check.ts';
import type { ErrorCode } from '../core/error-codes.ts';
import type { Fault } from '../core/fault.ts';
import type { EvidenceKind } from '../core/options.ts';
import type { AttemptOrder, AttemptOutcome, LateError } from '../core/ports.ts';

/** What a worker needs to know before it can load the suite. Everything crosses a process border as JSON. */
export interface WorkerOptions {
  readonly cwd: string;
  /** Absolute paths, in the order in which they are loaded. */
  readonly files: readonly string[];
  /** Modules whose `mochaHooks` and global fixtures run around all checks. */
  readonly setup: readonly string[];
  /** Regular expressions on a check's full title. */
  readonly grep?: string;
  readonly grepInvert?: string;
  readonly tags: readonly string[];
  readonly forbidOnly: boolean;
  readonly checkTimeoutMs: number;
  /** The results folder, below which evidence is written. */
  readonly outDir: string;
  /** Values that no file and no message may hold. */
  readonly secrets: readonly string[];
  /** A site whose extension threw is failed, whatever its checks say. */
  readonly failOnExtensionErrors: boolean;
  /** What is kept of which checks. */
  readonly evidence: EvidenceKind;
  /** A picture after each command that acts. */
  readonly trace: boolean;
  /** For how much CPU time its event loop may stand still before its watchdog looks why; four times that if it only waits. */
  readonly stallLimitMs: number;
  /** How long one file may take to load, in ms. */
  readonly loadLimitMs: number;
}

export type OrderOnWire = Omit<AttemptOrder, 'signal'>;

export type ToWorker =
  | { readonly type: 'load'; readonly options: WorkerOptions }
  | { readonly type: 'attempt'; readonly id: number; readonly order: OrderOnWire }
  | { readonly type: 'interrupt'; readonly id: number }
  | { readonly type: 'fixture'; readonly which: FixtureKind }
  | { readonly type: 'ping' };

export type FixtureKind = 'setup' | 'teardown';

export type FromWorker =
  | { readonly type: 'loading'; readonly file: string }
  | { readonly type: 'loaded'; readonly checks: readonly CheckPlan[]; readonly hasFixtures: boolean }
  | {
      readonly type: 'refused';
      readonly code: ErrorCode;
      readonly message: string;
      readonly mistakes: readonly string[];
      readonly hint?: string;
    }
  | { readonly type: 'check'; readonly id: number; readonly result: CheckResult }
  | { readonly type: 'done'; readonly id: number; readonly outcome: AttemptOutcome }
  | { readonly type: 'late'; readonly error: LateError }
  | { readonly type: 'fixture-done'; readonly which: FixtureKind; readonly fault?: Fault }
  | { readonly type: 'pong' }
  | WorkerOutput
  | WorkerNotice;

/** What a check wrote to its console. */
export interface WorkerOutput {
  readonly type: 'output';
  /** Empty where no site could be named. */
  readonly siteId: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface WorkerNotice {
  readonly type: 'notice';
  readonly code: ErrorCode;
  readonly text: string;
}

/** The file descriptor on which the watchdog speaks while the worker itself can't. */
export const WATCHDOG_FD = 4;

/** What the watchdog says: the worker stands still, and whose code it is in, where that could be read. */
export interface StallReport {
  readonly attemptId: number | null;
  readonly check: string;
  readonly where: string;
}

/** Under this name (a registered symbol) the watchdog finds, in the standing process, whose code it stands in. */
export const CURRENT_CODE_QUERY = 'gridrun.whose';
