import type { ChromeKind } from './chrome.ts';

/** A server that the run starts first and ends last. Same as `webServer` in Playwright's config. */
export interface WebServerOptions {
  readonly command: string;
  /** The server is ready when this URL answers with a status below 500. */
  readonly url: string;
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** The server must be ready within this time. */
  readonly timeoutMs: number;
  /** Use a server that already answers at `url`, and do not end it. */
  readonly reuseExistingServer: boolean;
}

/** The grid in containers that `--grid docker` uses. */
export interface DockerOptions {
  /** The grid to use if it is up; otherwise the run makes one of its own. */
  readonly name: string;
  /** The number of nodes of a grid that the run makes. It follows the work between the two. */
  readonly nodes: { readonly min: number; readonly max: number };
  readonly sessionsPerNode: number | 'auto';
  /** The image of the nodes; absent is gridrun's own. */
  readonly image?: string;
  /** The image of the hub; absent is gridrun's own. */
  readonly hubImage?: string;
}

/** How two sites in one session are separated. */
export type IsolationKind = 'wipe' | 'session' | 'context';

/** The checks to keep evidence for. What a check attaches itself is always kept. */
export type EvidenceKind = 'all' | 'failures' | 'none';

/** The attempts whose network traffic to keep. */
export type RecordKind = 'all' | 'failures' | 'off';

export interface ShardOptions {
  /** From 1. */
  readonly index: number;
  readonly total: number;
}

/** One reporter and, if it writes a file, the path that the user gave. */
export interface ReporterOptions {
  readonly name: string;
  readonly path?: string;
}

/** The checks and sites to select. */
export interface SelectionOptions {
  /** A regular expression that a check's full title must match. */
  readonly grep?: string;
  /** A regular expression that a check's full title must not match. */
  readonly grepInvert?: string;
  /** Tags of sites or checks, without the `@`; one match is enough. */
  readonly tags: readonly string[];
  /** Globs of site ids or hosts; one match is enough. */
  readonly sites: readonly string[];
}

/** The two folders of a run. */
export interface FolderOptions {
  /** The base of every relative path; absolute. */
  readonly cwd: string;
  /** The results folder; absolute. */
  readonly out: string;
}

/** How to make a plan: the list, what to select from it, and how to cut it. */
export interface PlanOptions extends FolderOptions {
  /** A file, a URL, or `-` for standard input; undefined if the user gave none. */
  readonly sites?: string | undefined;
  readonly selection: SelectionOptions;
  readonly shard: ShardOptions;
  /** Select only the sites that did not pass in the last run. */
  readonly lastFailed: boolean;
  /** A file of durations to plan by. */
  readonly durations?: string | undefined;
  readonly sessions: number | 'auto';
  readonly chunkSize: number | 'auto';
}

/** Where the browsers are, and how to ask for them. */
export interface GridOptions {
  /** `local`, `docker`, or a URL. */
  readonly grid: string;
  /** Applies to `grid: 'docker'`. */
  readonly docker: DockerOptions;
  readonly sessions: number | 'auto';
  /** Which Chrome of this machine; `auto` is the headless shell where it can do the run. */
  readonly chrome: 'auto' | ChromeKind;
  readonly headed: boolean;
  /** W3C capabilities to add to those that gridrun asks for. */
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** The builds to put into the sessions. */
export interface ExtensionOptions {
  readonly cwd: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  /** A folder, zip or crx to put into every session. */
  readonly extension?: string | undefined;
  /** `none` or another build: what a failing site is compared with. */
  readonly control?: string | undefined;
  /** Run the control on every site, not only on those that failed. */
  readonly controlAll: boolean;
  /** Both arms have one build on purpose. */
  readonly isCalibration?: boolean;
}

/** How the workers run the suite. */
export interface CheckOptions extends FolderOptions {
  /** Globs of check files. Empty means the default globs, or the built-in check if they match no file. */
  readonly checks: readonly string[];
  /** The globs of the whole suite, if the command line names others. Empty as above. */
  readonly wholeSuite?: readonly string[];
  /** Modules whose `mochaHooks` and `mochaGlobalSetup` run around all checks. */
  readonly setup: readonly string[];
  readonly selection: SelectionOptions;
  /** Refuse a suite that contains `.only`. */
  readonly forbidOnly: boolean;
  readonly checkTimeoutMs: number;
  /** Maximum lanes in one worker; 0 spreads them over one worker per core. */
  readonly lanesPerWorker: number;
  /** Fail a site if the extension throws an error. */
  readonly failOnExtensionErrors: boolean;
  readonly evidence: EvidenceKind;
  /** Take a picture after each command that acts, for the checks whose evidence is kept. */
  readonly trace: boolean;
  readonly record: RecordKind;
  /** The most bytes of the bodies in one recording. */
  readonly recordMaxBytes: number;
}

/** How sites are tried: limits, retries and isolation. */
export interface DispatchOptions {
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly isolation: IsolationKind;
  readonly retries: number;
  readonly infraRetries: number;
  /** The share of sites, from 0 to 1, that the control tries too though nothing failed there. Undefined: it depends on the list. */
  readonly controlSample: number | undefined;
  /** The maximum of loads of a failing site in a run with a control, over both arms. */
  readonly controlBudget: number;
  /** The loads that comparisons may add to the run, as a share of the sites; 1 is as many as sites. */
  readonly controlRunBudget: number;
  /** How much longer the run may become so that the loads of a failing site lie apart, in ms. */
  readonly controlWaitMs: number;
  readonly siteTimeoutMs: number;
  /** After this number of sites in a row with the same fault of the grid or the network no site starts; 0 never. */
  readonly outageSites: number;
  /** How long the grid or the network may be down before the run ends. */
  readonly outageMs: number;
  /** 0 is no limit. */
  readonly globalTimeoutMs: number;
  /** 0 is no limit. */
  readonly maxFailures: number;
  /** Maximum sites of one host at once; 0 is no limit. */
  readonly perHost: number;
  /** Maximum sites of one registrable domain at once; 0 is no limit. */
  readonly perDomain: number;
  /** How long a host rests between two sites of it, in ms. */
  readonly hostDelayMs: number;
}

/** The failures that do not fail the run. */
export interface KnownFailureOptions {
  readonly cwd: string;
  /** A results folder, or a folder that holds several: what failed there is not new. */
  readonly baseline?: string | undefined;
  /** How many of the newest runs in `baseline` to read. */
  readonly baselineNights: number;
  /** A file of known failures. */
  readonly expectations?: string | undefined;
}

/** What to report, and where. */
export interface ReportOptions extends FolderOptions {
  readonly reporters: readonly ReporterOptions[];
}

/** Every option of a run, complete and checked: the flags over the config over the defaults. */
export interface RunOptions
  extends
    PlanOptions,
    GridOptions,
    ExtensionOptions,
    CheckOptions,
    DispatchOptions,
    KnownFailureOptions,
    ReportOptions {
  /** The run to resume; empty is the newest unfinished one. */
  readonly resume?: string | undefined;
  /** A flaky site fails the run. */
  readonly failOnFlaky: boolean;
  /** How many earlier runs of the results folder keep their recordings. */
  readonly keepRecordings: number;
  readonly webServer?: WebServerOptions | undefined;
}
