import type { Arm, Attempt, ControlMode } from './attempt.ts';
import type { BuildsOfRun } from './builds.ts';
import type { CheckPlan } from './check.ts';
import type { ChromeKind } from './chrome.ts';
import type { RecordedCode } from './error-codes.ts';
import type { Fault } from './fault.ts';
import type { HistoryCompared, SiteRemembered } from './history-event.ts';
import type { SessionClosed, SessionOpened } from './session-event.ts';
import type { Site } from './site.ts';
import type { StopReason } from './stop.ts';
import type { CheckExcuse, SiteVerdict } from './verdict.ts';

/** The version of the journal's schema. A field never changes its type; a new meaning gets a new field. */
export const SCHEMA_VERSION = 1;

/** A line of the journal, from which every report is made. `at` is in ms since the epoch, every duration in ms. */
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
  | HistoryCompared
  | CheckOutput
  | SlotIdle
  | Notice
  | RunStopping
  | RunEnded;

/** An event that the journal has not dated yet. */
export type Undated<E extends RunEvent = RunEvent> = E extends RunEvent ? Omit<E, 'at'> : never;

/** The first line: what was planned before anything started. */
export interface RunStarted {
  readonly type: 'run-started';
  readonly at: number;
  /** The schema of this journal. */
  readonly schema: number;
  /** The name of the run: when it started, and a few random letters. */
  readonly run: string;
  /** The version of gridrun that wrote the journal. */
  readonly gridrun: string;
  /** The machine that gridrun runs on. */
  readonly host: string;
  /** Every check of the suite, in its order. */
  readonly checks: readonly CheckPlan[];
  /** How many sites are planned; `sites-planned` names them. */
  readonly siteCount: number;
  /** How many entries of the list were left out because another entry has the same URL. */
  readonly duplicateCount: number;
  /** SHA-256 of the list, the selection and the durations file. The shards of a plan have the same hash. */
  readonly planHash: string;
  /** Which part of the plan this run is; `{index: 1, total: 1}` is the whole plan. */
  readonly shard: { readonly index: number; readonly total: number };
  /** The maximum of open sessions. */
  readonly sessions: number;
  /** `local`, `docker`, or the URL without its password. */
  readonly grid: string;
  /** Which Chrome of this machine all sessions have; absent on another grid. */
  readonly chrome?: ChromeKind;
  /** With `--resume`: the run that this one continues. */
  readonly resumes?: string;
  /** SHA-256 of the check files. */
  readonly suiteHash?: string;
  /** SHA-256 of the modules that the check files import, and of setup modules; without packages. */
  readonly importsHash?: string;
  /** The selection leaves out checks of the suite. */
  readonly checksLeftOut?: boolean;
  /** With `--last-failed`: it tries only the sites that did not pass in the run before. */
  readonly lastFailed?: boolean;
  /** The builds that its sessions have; absent without an extension. */
  readonly builds?: BuildsOfRun;
  /** When the control tries a site. */
  readonly control?: ControlMode;
  /** Whether flaky sites fail the run. */
  readonly failOnFlaky?: boolean;
}

/** Some of the planned sites, in the order of the list. */
export interface SitesPlanned {
  readonly type: 'sites-planned';
  readonly at: number;
  readonly sites: readonly Site[];
  /** In a shard: the place of each site in the selected list, from 0. A merge restores the order of the list by it. */
  readonly indexes?: readonly number[];
}

/** The grid answers, so sessions can be opened. */
export interface GridReady {
  readonly type: 'grid-ready';
  readonly at: number;
  /** As in `run-started`. */
  readonly grid: string;
  /** The maximum of open sessions, after the grid reported its slots. */
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

/** A build of the extension was loaded in a session of its own, before the first site. */
export interface ExtensionLoaded {
  readonly type: 'extension-loaded';
  readonly at: number;
  readonly arm: Arm;
  /** Its id in that session. It may differ between sessions. */
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** SHA-256 of its files. */
  readonly sha256: string;
  /** How it is loaded into sessions, and why that way. */
  readonly text: string;
}

/** A session took a work unit: sites that it tries one after the other. */
export interface UnitStarted {
  readonly type: 'unit-started';
  readonly at: number;
  /** The number of the unit in the run. */
  readonly unit: number;
  readonly slot: number;
  readonly siteIds: readonly string[];
}

/** An attempt at a site started. */
export interface AttemptStarted {
  readonly type: 'attempt-started';
  readonly at: number;
  readonly siteId: string;
  /** From 1, counted over both arms. */
  readonly attempt: number;
  readonly slot: number;
  readonly sessionId: string;
}

/** An attempt ended. If an error comes after its end, the event is repeated with `amended`; the last one counts. */
export interface AttemptEnded {
  readonly type: 'attempt-ended';
  readonly at: number;
  readonly slot: number;
  readonly amended?: boolean;
  readonly attempt: Attempt;
}

/** The verdict of a site. If an error comes after it, the event is repeated with `amended`; the last one counts. */
export interface SiteJudged {
  readonly type: 'site-judged';
  readonly at: number;
  readonly amended?: boolean;
  readonly verdict: SiteVerdict;
}

/** Checks of a site that failed or were flaky, but do not fail the run: the baseline or an expectation knows them. */
export interface SiteExcused {
  readonly type: 'site-excused';
  readonly at: number;
  readonly siteId: string;
  readonly checks: readonly CheckExcuse[];
}

/** Text that a check wrote to its console. */
export interface CheckOutput {
  readonly type: 'check-output';
  readonly at: number;
  /** Empty if the site is not known. */
  readonly siteId: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** A session has no site to try, although sites wait. */
export interface SlotIdle {
  readonly type: 'slot-idle';
  readonly at: number;
  readonly slot: number;
  /** What the sites wait for, in words. */
  readonly why: string;
}

/** Something to know about the run, reported once. */
export interface Notice {
  readonly type: 'notice';
  readonly at: number;
  readonly level: 'info' | 'warning';
  /** One of the [error codes](error-codes.md). A newer gridrun may have more. */
  readonly code: RecordedCode;
  readonly text: string;
}

/** The run starts no new site from now on. */
export interface RunStopping {
  readonly type: 'run-stopping';
  readonly at: number;
  readonly reason: StopReason;
  /** The reason in words. */
  readonly text: string;
}

/** The last line. A journal without it is of a run that was cut off. */
export interface RunEnded {
  readonly type: 'run-ended';
  readonly at: number;
  readonly durationMs: number;
  /** Why the run was stopped before its end; empty if it was not. */
  readonly stopped: StopReason | '';
  /** Faults of the run itself, such as a grid that could not be reached. */
  readonly faults: readonly Fault[];
}
