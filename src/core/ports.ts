import type { Arm, Attempt, CheckResult, ExtensionError, KeptRecording } from './attempt.ts';
import type { Fault } from './fault.ts';
import type { ReplayRecord } from './replay-record.ts';
import type { SentPage } from './sent-page.ts';
import type { Site } from './site.ts';
import type { RunEvent, Undated } from './event.ts';

/** What a worker needs to use a browser session. The parent owns the session; the facts cross to the worker's process. */
export interface SessionFacts {
  readonly sessionId: string;
  /** The URL for its commands. It contains credentials, so it is never printed. */
  readonly endpoint: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** The BiDi socket's URL as this machine reaches it, if the browser offers one. */
  readonly webSocketUrl?: string;
  /** The URL of the DevTools socket that a grid offers (`se:cdp`), as this machine reaches it. It contains credentials. */
  readonly cdpUrl?: string;
  /** The node of the grid; `local` on this machine. */
  readonly node: string;
  readonly browserName: string;
  readonly browserVersion: string;
  /** The window when the session opened. Isolation restores it. */
  readonly windowRect?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** If the session gets no command for much longer, its grid may end it. Undefined: it never does. */
  readonly keepAliveMs?: number;
  /** The extension in the session, once it is proved to be loaded. */
  readonly extension?: ExtensionFacts;
}

/** An extension that is loaded in a session. */
export interface ExtensionFacts {
  /** May differ from session to session, unless the manifest has a `key`. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** The hash of its files: the same build has the same hash. */
  readonly sha256: string;
  /** Paths of its popup and its options page, if it has them. */
  readonly popup?: string;
  readonly options?: string;
}

/** An open session of a grid, in the hands of its one owner, who must release it. */
export interface OwnedSession {
  readonly session: SessionFacts;
  /**
   * Ends the session and all that was started for it. Never throws; a second call does nothing.
   * Called by the session supply, when a slot closes and when the run ends.
   */
  release(): Promise<void>;
}

export interface SessionRequest {
  /** `se:name` of the session. */
  readonly name: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** The arm that the session serves: with a control, each arm has its own sessions. Default: the subject. */
  readonly arm?: Arm;
  /** Nodes that just failed. The grid avoids them if it has another. */
  readonly avoidNodes: readonly string[];
  readonly signal: AbortSignal;
}

/** A page of gridrun's own, for a canary. Dispose of it when no browser loads it any more. */
export interface OwnPage extends AsyncDisposable {
  readonly url: string;
  /** Adds to a session's capabilities what its browser needs to reach the page. */
  reachedWith(capabilities: SessionRequest['capabilities']): SessionRequest['capabilities'];
}

/** Opens sessions: on this machine's Chrome, a Selenium Grid, or a grid in containers. */
export interface Grid {
  /** For messages: `local`, or the URL without its credentials. */
  readonly name: string;
  /**
   * The max number of sessions that may be open or opening now, including ours. Throws if the grid does not answer.
   * Called by the session supply, once a second during the run.
   */
  capacity(signal: AbortSignal): Promise<number>;
  /**
   * Opens a session. Throws a `GridrunError`, whose `answer` says what the caller should do.
   * Called by the session supply, when a site waits and the capacity allows one more.
   */
  openSession(request: SessionRequest): Promise<OwnedSession>;
  /**
   * Opens a page that the grid's browsers can reach, whatever the network does. Never throws; undefined if there can be no
   * such page. A grid without this method has none. Called for each canary.
   */
  openPage?(): Promise<OwnPage | undefined>;
  /**
   * Finds out why a browser on a node cannot reach a site that may be well: its name means another machine there. Never
   * throws; undefined if the reason is the site's. Called for each attempt that did not reach its site.
   */
  whyUnreached?(url: string, node: string): Promise<string | undefined>;
  /** Ends what the grid still has open. Called by the part that made the grid, after the run. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** The time-outs of a session, in ms. */
export interface SessionTimeouts {
  readonly pageLoad: number;
  readonly script: number;
  readonly implicit: number;
}

/** What an attempt has left in its session as it was, so that a reset need not set it back. */
export interface SessionKept {
  /** The time-outs that the session has now. Undefined: the check may have set others. */
  readonly timeouts?: SessionTimeouts;
  /** The check opened, closed, switched, moved and sized no window by a command. */
  readonly window: boolean;
}

/** The dispatcher's order to try one site once. */
export interface AttemptOrder {
  /** The slot's index, which chooses the lane. */
  readonly slot: number;
  readonly site: Site;
  readonly attempt: number;
  readonly arm: Arm;
  readonly session: SessionFacts;
  /** The time-outs that the session has now. Undefined: those of its capabilities. */
  readonly timeouts?: SessionTimeouts | undefined;
  readonly siteTimeoutMs: number;
  /** Take a fingerprint of what the server sends: the attempt is compared with one of the other arm. */
  readonly isCompared: boolean;
  /** Checks that failed in the other arm. A picture of each is kept also if it passes. */
  readonly pictured?: readonly string[] | undefined;
  /** What the driver is not asked for, because it never came in an earlier attempt and held the session. The runner sets it. */
  readonly withheld?: Withheld | undefined;
  /** Aborted to end the attempt now. The results so far are kept. */
  readonly signal: AbortSignal;
}

/** Evidence that the driver is not asked for: pictures, or pictures and the source of the page. */
export type Withheld = 'pictures' | 'page';

/** The result of an order. The dispatcher adds the times and makes it an `Attempt`. */
export interface AttemptOutcome {
  readonly ending: Attempt['ending'];
  readonly checks: readonly CheckResult[];
  /** How long the hooks and tests of the suite took, in ms, if it ran to its end. */
  readonly suiteMs?: number | undefined;
  readonly fault?: Fault;
  /** The session is in a state that isolation cannot clean. It must be replaced. */
  readonly sessionDirty: boolean;
  /** Undefined: it may have changed everything. */
  readonly kept?: SessionKept;
  /** Errors that the extension threw during the attempt. */
  readonly extensionErrors?: readonly ExtensionError[];
  /** What the server sent for the first document, if the order asked for it and it is known. */
  readonly sentPage?: SentPage;
  /** In a replay: what the attempt asked of its recording. */
  readonly replay?: ReplayRecord;
  /** What was kept of the network traffic. */
  readonly recording?: KeptRecording;
}

/** An error that a check threw after its attempt had ended. */
export interface LateError {
  readonly siteId: string;
  readonly attempt: number;
  /** `CheckPlan.title`; empty if the check is not known. */
  readonly check: string;
  readonly fault: Fault;
}

/** Runs the suite in workers, which borrow the session of each order. */
export interface CheckRunner {
  /**
   * Tries one site. Never throws: a failure of the runner itself is the fault of the outcome.
   * Called by the dispatcher, once for each attempt; at most one order per slot at a time.
   */
  attempt(order: AttemptOrder): Promise<AttemptOutcome>;
  /**
   * Adds a listener for late errors.
   * Called by the dispatcher when it is made, before the first order.
   */
  onLateError(listener: (error: LateError) => void): void;
  /**
   * Ends every worker; orders at work end as faulted or interrupted. A second call does nothing.
   * Called by the dispatcher at the `kill` stage of a stop, and by the part that made the runner, after the run.
   */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Separates two sites that run in the same session. */
export interface Isolation {
  /**
   * Brings the session back to the state of a new one. Throws if it cannot; the session must then be replaced.
   * Called by the session supply, after an attempt and before the next site of the same session. `kept` spares commands.
   */
  reset(session: SessionFacts, signal: AbortSignal, kept?: SessionKept): Promise<void>;
}

/** Records an event. It is in the journal when this returns. */
export type Emit = (event: Undated) => void;

/** What makes a report of a run's events. One that writes only at the end needs no `onEvent`: it reads the state. */
export interface Reporter {
  /** Called with each event, after the journal has it. */
  onEvent?(event: RunEvent): void;
  /** Called once, after `run-ended`: writes what is left to write. */
  finish?(): Promise<void>;
}
