import type { Arm, Attempt, CheckResult, ExtensionError } from './attempt.ts';
import type { CheckPlan } from './check.ts';
import type { Fault } from './fault.ts';
import type { Site } from './site.ts';
import type { RunEvent, Undated } from './event.ts';

/** A live browser session. The parent owns it; a worker borrows it by these facts, which cross a process border. */
export interface SessionFacts {
  readonly sessionId: string;
  /** Where its commands go, credentials included: never printed. */
  readonly endpoint: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** The BiDi socket as it is reached from here, where the browser offers one. */
  readonly webSocketUrl?: string;
  readonly node: string;
  readonly browserName: string;
  readonly browserVersion: string;
  /** The window as it was when the session opened; isolation sets it back. */
  readonly windowRect?: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** The extension that was put into it, once it is proved to be loaded. */
  readonly extension?: ExtensionFacts;
}

/** An extension as it is loaded in one session. */
export interface ExtensionFacts {
  /** Differs from session to session, unless the manifest has a `key`. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Over its files: the same build has the same one. */
  readonly sha256: string;
  /** Paths of its popup and its options page, where it has them. */
  readonly popup?: string;
  readonly options?: string;
}

/** A session of a grid, until it is released. */
export interface Lease {
  readonly session: SessionFacts;
  /** Ends the session and what was started for it. Never throws; the second call does nothing. */
  release(): Promise<void>;
}

export interface LeaseRequest {
  /** `se:name` of the session. */
  readonly name: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** What the session is for: with a control, each arm has sessions of its own. The subject's where it is not given. */
  readonly arm?: Arm;
  /** Nodes that just failed; avoided where the grid has another. */
  readonly avoidNodes: readonly string[];
  readonly signal: AbortSignal;
}

/** What gives slots: the Chrome of this machine, a Selenium Grid, a grid in containers. */
export interface Grid {
  /** For messages: `local`, or the URL without its credentials. */
  readonly name: string;
  /** The most sessions that may be open or asked for now, ours included; asked again while the run goes on. */
  capacity(signal: AbortSignal): Promise<number>;
  /** Opens a session. Throws a `GridrunError` whose `answer` tells what to do. */
  lease(request: LeaseRequest): Promise<Lease>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** One try of one site, as the dispatcher orders it from whatever runs the checks. */
export interface AttemptOrder {
  /** Chooses the lane. */
  readonly slot: number;
  readonly site: Site;
  readonly attempt: number;
  readonly arm: Arm;
  readonly session: SessionFacts;
  readonly siteTimeoutMs: number;
  /** Aborted to stop the attempt now; what is decided by then is kept. */
  readonly signal: AbortSignal;
}

/** What came of an order. `Attempt` is made of it by the dispatcher, which knows the times. */
export interface AttemptOutcome {
  readonly ending: Attempt['ending'];
  readonly checks: readonly CheckResult[];
  readonly fault?: Fault;
  /** The session is not as the next site must find it, beyond what isolation cleans. */
  readonly sessionDirty: boolean;
  /** What the extension threw while the site was checked. */
  readonly extensionErrors?: readonly ExtensionError[];
}

/** An error of a check that came after its attempt had ended. */
export interface LateError {
  readonly siteId: string;
  readonly attempt: number;
  /** `CheckPlan.title`; empty where no check could be named. */
  readonly check: string;
  readonly fault: Fault;
}

/** What runs the suite on a borrowed session: the workers. */
export interface CheckRunner {
  /** The suite's checks, known once the files are loaded; throws a refusal where they can't be. */
  load(): Promise<readonly CheckPlan[]>;
  /** Never throws: what goes wrong is the outcome's fault. */
  attempt(order: AttemptOrder): Promise<AttemptOutcome>;
  /** Called for each error that comes after its attempt has ended. */
  onLateError(listener: (error: LateError) => void): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What comes between two sites of one session. */
export interface Isolation {
  /** Makes the session as a new one; throws where it can't, and the session is then replaced. */
  reset(session: SessionFacts, signal: AbortSignal): Promise<void>;
  /** One cheap command: is the session still there? Never throws. */
  alive(session: SessionFacts, signal: AbortSignal): Promise<boolean>;
}

/** Takes an event; it is in the journal when this returns. */
export type Emit = (event: Undated) => void;

/** A fold over the journal: what every report is. */
export interface Reporter {
  onEvent(event: RunEvent): void;
  /** After `run-ended`: writes what is left to write. */
  finish?(): Promise<void>;
}
