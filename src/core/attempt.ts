import type { Fault } from './fault.ts';
import type { ReplayRecord } from './replay-record.ts';
import type { SentPage } from './sent-page.ts';

/** The outcome of one check. */
export type CheckStatus = 'passed' | 'failed' | 'errored' | 'skipped' | 'not-run';

/** How an attempt ended. */
export type AttemptEnding = 'completed' | 'timed-out' | 'faulted' | 'interrupted';

/** The arm of an attempt. Without a control, every attempt belongs to the subject. */
export type Arm = 'subject' | 'control';

/** When the control tries a site: never, after a failure of the subject, or always. */
export type ControlMode = 'never' | 'on-failure' | 'always';

/** A file in the results folder that belongs to a check. */
export interface Attachment {
  readonly name: string;
  /** Relative to the results folder, with forward slashes. */
  readonly path: string;
  readonly contentType: string;
}

/** The outcome of one check in one attempt. */
export interface CheckResult {
  /** `CheckPlan.title` */
  readonly title: string;
  readonly status: CheckStatus;
  readonly durationMs: number;
  /** It failed first, then passed because of mocha's `this.retries`. */
  readonly rescued?: boolean;
  /** Why it is failed or errored. */
  readonly fault?: Fault;
  /** Why it is skipped or not-run. */
  readonly reason?: string;
  readonly attachments?: readonly Attachment[];
}

/** An error that the extension threw and did not catch. */
export interface ExtensionError {
  readonly message: string;
  readonly stack: string;
  /** `worker`, or `page` for a content script and for the extension's own pages. */
  readonly where: string;
}

/** What `--record` kept of the network traffic of an attempt. */
export interface KeptRecording {
  /** The archive, relative to the results folder. Absent if there is none. */
  readonly path?: string;
  /** What the archive lacks; absent if it is whole. */
  readonly missing?: readonly MissingBodies[];
}

/** Bodies that a recording lacks, for one reason. */
export interface MissingBodies {
  /** `record-max`, `gone`, `unfinished`, `time`, `too-many-requests`; without an archive `no-devtools`, `not-written`. */
  readonly reason: string;
  readonly count: number;
}

/** One try of one site in one session. */
export interface Attempt {
  readonly siteId: string;
  /** From 1, counted over both arms. */
  readonly attempt: number;
  readonly arm: Arm;
  readonly ending: AttemptEnding;
  /** The session that it ran in; absent if no session could be opened. */
  readonly sessionId?: string;
  readonly node?: string;
  /** ms since the epoch */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Why the attempt was faulted, timed-out or interrupted. */
  readonly fault?: Fault;
  /** How long the hooks and tests of the suite took, in ms. Only in a run with a control, and if the suite ran to its end. */
  readonly suiteMs?: number;
  readonly checks: readonly CheckResult[];
  /** Errors that the extension threw during the attempt. */
  readonly extensionErrors?: readonly ExtensionError[];
  /** What the server sent for the first document. Only taken in attempts that are compared with the other arm. */
  readonly sentPage?: SentPage;
  /** In a replay: what it asked of its recording. */
  readonly replay?: ReplayRecord;
  /** Only with `--record`, for an attempt whose recording is kept. */
  readonly recording?: KeptRecording;
}

/** The status of a check that ended with this fault. If the site, the browser or the grid is to blame, its answer is unknown. */
export function statusOf(fault: Fault): 'failed' | 'errored' {
  return fault.cause === 'check' || fault.cause === 'extension' ? 'failed' : 'errored';
}
