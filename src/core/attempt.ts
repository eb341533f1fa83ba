import type { Fault } from './fault.ts';

/** What became of one check. */
export type CheckStatus = 'passed' | 'failed' | 'errored' | 'skipped' | 'not-run';

/** How one try of one site in one session ended. */
export type AttemptEnding = 'completed' | 'timed-out' | 'faulted' | 'interrupted';

/** With a control, which of the two arms an attempt belongs to; without one, every attempt is the subject's. */
export type Arm = 'subject' | 'control';

/** When the control tries a site: never, after a failure of the subject, or always. */
export type ControlMode = 'never' | 'on-failure' | 'always';

/** A file under the results folder that tells more about a check. */
export interface Attachment {
  readonly name: string;
  /** Relative to the results folder, with forward slashes. */
  readonly path: string;
  readonly contentType: string;
}

/** One check's outcome in one attempt. */
export interface CheckResult {
  /** `CheckPlan.title` */
  readonly title: string;
  readonly status: CheckStatus;
  readonly durationMs: number;
  /** Failed at first and was rescued by mocha's own `this.retries`. */
  readonly rescued?: boolean;
  /** Why it is failed or errored. */
  readonly fault?: Fault;
  /** Why it is skipped or not-run. */
  readonly reason?: string;
  readonly attachments?: readonly Attachment[];
}

/** An error that the extension threw and nobody caught. */
export interface ExtensionError {
  readonly message: string;
  readonly stack: string;
  /** `worker`; or `page`, which is a content script or a page of its own. */
  readonly where: string;
}

/** One try of one site in one session. */
export interface Attempt {
  readonly siteId: string;
  /** From 1, over all arms of the site. */
  readonly attempt: number;
  readonly arm: Arm;
  readonly ending: AttemptEnding;
  /** The session it ran in; none where no session could be had. */
  readonly sessionId?: string;
  readonly node?: string;
  /** ms since the epoch */
  readonly startedAt: number;
  readonly durationMs: number;
  /** What ended an attempt that is faulted, timed-out or interrupted. */
  readonly fault?: Fault;
  readonly checks: readonly CheckResult[];
  /** What the extension threw meanwhile. */
  readonly extensionErrors?: readonly ExtensionError[];
}

/** What a fault makes of a check: a site or a browser that failed it leaves open what it would have said; an extension does not. */
export function statusOf(fault: Fault): 'failed' | 'errored' {
  return fault.cause === 'check' || fault.cause === 'extension' ? 'failed' : 'errored';
}
