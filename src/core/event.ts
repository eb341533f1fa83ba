import type { Arm, Attempt, ControlMode } from './attempt.ts';
import type { CheckPlan } from './check.ts';
import type { RecordedCode } from './error-codes.ts';
import type { Fault } from './fault.ts';
import type { Site } from './site.ts';
import type { StopReason } from './stop.ts';
import type { RememberedRun } from './story.ts';
import type { CheckExcuse, SiteVerdict } from './verdict.ts';

/** The journal's schema. A field keeps its one type for ever; a new meaning gets a new field. */
export const SCHEMA_VERSION = 1;

/**
 * An event of the journal, one line of `events.ndjson`. The journal is the truth: every report is a pure function
 * of it. `at` is in ms since the epoch; every duration is in ms.
 */
export type RunEvent =
  | RunStarted
  | SitesPlanned
  | GridReady
  | GridScaled
  | ExtensionLoaded
  | SessionOpened
  | SessionClosed
  | UnitStarted
  | AttemptStarted
  | AttemptEnded
  | SiteJudged
  | SiteExcused
  | SiteRemembered
  | CheckOutput
  | SlotIdle
  | Notice
  | RunStopping
  | RunEnded;

/** An event before the journal has dated it. */
export type Undated<E extends RunEvent = RunEvent> = E extends RunEvent ? Omit<E, 'at'> : never;

/** The first line: what was planned, before anything started. */
export interface RunStarted {
  readonly type: 'run-started';
  readonly at: number;
  /** The schema of this journal. */
  readonly schema: number;
  /** The name of the run: when it started, and some letters of chance. */
  readonly run: string;
  /** The version that wrote it. */
  readonly gridrun: string;
  /** The machine that gridrun runs on. */
  readonly host: string;
  /** The suite: every check, in its order. */
  readonly checks: readonly CheckPlan[];
  /** How many sites are planned; `sites-planned` names them. */
  readonly siteCount: number;
  /** How many entries of the list were left out, because another has the same URL. */
  readonly duplicateCount: number;
  /** SHA-256 over the list, the selection and the durations file: shards of one plan share it. */
  readonly planHash: string;
  /** Which part of the plan this run is; `{index: 1, total: 1}` is the whole. */
  readonly shard: { readonly index: number; readonly total: number };
  /** Most sessions at once. */
  readonly sessions: number;
  /** `local`, `docker`, or the URL without its password. */
  readonly grid: string;
  /** The run that this one goes on with, where `--resume` was given. */
  readonly resumes?: string;
  readonly control?: ControlMode;
  /** Flaky sites fail the run. */
  readonly failOnFlaky?: boolean;
}

/** Some of the planned sites, in the order of the list. */
export interface SitesPlanned {
  readonly type: 'sites-planned';
  readonly at: number;
  readonly sites: readonly Site[];
  /** Of a shard: the place of each in the selected list, from 0, by which a merge brings back the order of the whole. */
  readonly indexes?: readonly number[];
}

/** Sessions can be had: the grid answers. */
export interface GridReady {
  readonly type: 'grid-ready';
  readonly at: number;
  /** As in `run-started`. */
  readonly grid: string;
  /** Most sessions at once, as it was decided with the grid. */
  readonly sessions: number;
}

/** The number of a grid's nodes has changed. */
export interface GridScaled {
  readonly type: 'grid-scaled';
  readonly at: number;
  /** How many nodes take sessions now. */
  readonly nodes: number;
  /** Why, in words. */
  readonly reason: string;
}

/** A build of the extension is proved to be loaded, in a session of its own, before the first site. */
export interface ExtensionLoaded {
  readonly type: 'extension-loaded';
  readonly at: number;
  readonly arm: Arm;
  /** In that session: it may differ from one to the next. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Over its files. */
  readonly sha256: string;
  /** The way by which it is put into sessions, and why. */
  readonly text: string;
}

/** A session is open, for one site or for many. */
export interface SessionOpened {
  readonly type: 'session-opened';
  readonly at: number;
  readonly sessionId: string;
  /** Which of the run’s slots it fills, from 0. */
  readonly slot: number;
  /** The node of the grid, `local` on this machine. */
  readonly node: string;
  readonly browserName: string;
  readonly browserVersion: string;
  /** How long it took to open. */
  readonly durationMs: number;
  /** What the session is for, and the extension's id in it, in a run with an extension. */
  readonly arm?: Arm;
  readonly extensionId?: string;
}

/**
 * Why a session was closed: it tried its maximum of sites (`worn`), the next site must not have it (`dirty`), it no
 * longer works (`faulted`), no site waits for it (`done`), or the run was stopped (`stopped`).
 */
export type CloseReason = 'worn' | 'dirty' | 'faulted' | 'done' | 'stopped';

/** A session is over. */
export interface SessionClosed {
  readonly type: 'session-closed';
  readonly at: number;
  readonly sessionId: string;
  readonly slot: number;
  readonly reason: CloseReason;
  /** How many sites it tried. */
  readonly siteCount: number;
}

/** A session has taken a work unit: sites that it tries one after the other. */
export interface UnitStarted {
  readonly type: 'unit-started';
  readonly at: number;
  /** The number of the unit in the run. */
  readonly unit: number;
  readonly slot: number;
  readonly siteIds: readonly string[];
}

/** A site is tried: once, or once more. */
export interface AttemptStarted {
  readonly type: 'attempt-started';
  readonly at: number;
  readonly siteId: string;
  /** From 1, over both arms. */
  readonly attempt: number;
  readonly slot: number;
  readonly sessionId: string;
}

/** An attempt is over. Said again with `amended` when an error came after its end; the last one counts. */
export interface AttemptEnded {
  readonly type: 'attempt-ended';
  readonly at: number;
  readonly slot: number;
  readonly amended?: boolean;
  /** What was tried, and what came of it. */
  readonly attempt: Attempt;
}

/** The verdict of a site. Said again with `amended` when an error came after it; the last one counts. */
export interface SiteJudged {
  readonly type: 'site-judged';
  readonly at: number;
  readonly amended?: boolean;
  readonly verdict: SiteVerdict;
}

/** Checks of a site that are not as they should be and yet do not gate: the baseline or an expectation knows of them. */
export interface SiteExcused {
  readonly type: 'site-excused';
  readonly at: number;
  readonly siteId: string;
  readonly checks: readonly CheckExcuse[];
}

/** How a site that was not passed fared in earlier runs, where the results folder has a history of it. */
export interface SiteRemembered {
  readonly type: 'site-remembered';
  readonly at: number;
  readonly siteId: string;
  /** The newest first. */
  readonly runs: readonly RememberedRun[];
}

/** What a check wrote to its console. */
export interface CheckOutput {
  readonly type: 'check-output';
  readonly at: number;
  /** Empty where no site could be named. */
  readonly siteId: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A session waits although sites are left, and why. */
export interface SlotIdle {
  readonly type: 'slot-idle';
  readonly at: number;
  readonly slot: number;
  /** In words, for a person. */
  readonly why: string;
}

/** Something that a person should know, once. */
export interface Notice {
  readonly type: 'notice';
  readonly at: number;
  readonly level: 'info' | 'warning';
  /** One of the [error codes](error-codes.md). A newer gridrun may have more. */
  readonly code: RecordedCode;
  readonly text: string;
}

/** No new site is started any more. */
export interface RunStopping {
  readonly type: 'run-stopping';
  readonly at: number;
  readonly reason: StopReason;
  /** The same in words. */
  readonly text: string;
}

/** The last line. A journal without it is of a run that did not end by itself. */
export interface RunEnded {
  readonly type: 'run-ended';
  readonly at: number;
  readonly durationMs: number;
  /** Why it ended before its time: a reason of `run-stopping`; empty where it did not. */
  readonly stopped: StopReason | '';
  /** Faults of the run itself, such as a grid that could not be reached. */
  readonly faults: readonly Fault[];
}
