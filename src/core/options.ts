/** A server that the run starts before it and ends after it, as Playwright's config has it. */
export interface WebServerOptions {
  readonly command: string;
  /** Ready when this URL answers with a status below 500. */
  readonly url: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** How long it may take until it is ready. */
  readonly timeoutMs: number;
  /** A server that answers at `url` already is used as it is, and not ended. */
  readonly reuseExistingServer: boolean;
}

/** The grid in containers that `--grid docker` uses. */
export interface DockerOptions {
  /** Of the grid to use where it is up; else one is made for the run. */
  readonly name: string;
  /** Of a grid made for the run; between the two its number follows the work. */
  readonly nodes: { readonly min: number; readonly max: number };
  readonly sessionsPerNode: number | 'auto';
  /** For its nodes and for its hub, instead of gridrun's own. */
  readonly image?: string;
  readonly hubImage?: string;
}

export type IsolationKind = 'wipe' | 'session' | 'context';

/** Of which checks evidence is taken: what a check attaches itself is always kept. */
export type EvidenceKind = 'all' | 'failures' | 'none';

export interface ShardOptions {
  /** From 1. */
  readonly index: number;
  readonly total: number;
}

/** One reporter and, where it writes a file, the path that the user gave. */
export interface ReporterOptions {
  readonly name: string;
  readonly path?: string;
}

/** Which checks and which sites of the list. */
export interface SelectionOptions {
  /** A regular expression that a check's full title must match. */
  readonly grep?: string;
  readonly grepInvert?: string;
  /** Tags of sites or checks, without the `@`; one of them is enough. */
  readonly tags: readonly string[];
  /** Globs that a site's id or host must match; one of them is enough. */
  readonly sites: readonly string[];
}

/** Every option of a run, complete and checked: what the flags, the config and the defaults come to. */
export interface RunOptions {
  /** Everything relative is relative to this folder. */
  readonly cwd: string;
  /** A file, a URL, or `-` for standard input. */
  readonly sites?: string;
  /** Globs of check files; none means the default globs, and the built-in check where they match nothing. */
  readonly checks: readonly string[];
  /** Modules whose `mochaHooks` and `mochaGlobalSetup` run around all checks. */
  readonly setup: readonly string[];
  /** `local`, `docker`, or a URL. */
  readonly grid: string;
  /** Of `--grid docker`. */
  readonly docker: DockerOptions;
  readonly sessions: number | 'auto';
  readonly chunkSize: number | 'auto';
  /** 0 is no limit. */
  readonly perHost: number;
  /** 0 is no limit. */
  readonly perDomain: number;
  readonly isolation: IsolationKind;
  readonly selection: SelectionOptions;
  readonly retries: number;
  readonly infraRetries: number;
  readonly checkTimeoutMs: number;
  readonly siteTimeoutMs: number;
  /** 0 is no limit. */
  readonly globalTimeoutMs: number;
  /** 0 is no limit. */
  readonly maxFailures: number;
  readonly shard: ShardOptions;
  readonly durations?: string;
  readonly headed: boolean;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly forbidOnly: boolean;
  readonly failOnFlaky: boolean;
  /** Most lanes in one worker; 0 spreads them over one host a core. */
  readonly lanesPerWorker: number;
  /** The run to go on with; the newest unfinished one where it is empty. */
  readonly resume?: string;
  readonly lastFailed: boolean;
  /** A folder, zip or crx that is put into every session. */
  readonly extension?: string;
  /** `none`, or another build: what answers a failure of the extension. */
  readonly control?: string;
  /** The control tries every site, not only those that failed. */
  readonly controlAll: boolean;
  readonly failOnExtensionErrors: boolean;
  /** A results folder, or one that holds several: what failed there does not gate. */
  readonly baseline?: string;
  readonly baselineNights: number;
  /** A file of known failures. */
  readonly expectations?: string;
  readonly evidence: EvidenceKind;
  /** A picture after each command that acts, for the checks whose evidence is kept. */
  readonly trace: boolean;
  readonly reporters: readonly ReporterOptions[];
  readonly out: string;
  readonly webServer?: WebServerOptions;
}
