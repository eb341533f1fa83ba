import type { Arm, Attachment, AttemptEnding, CheckStatus, ExtensionError } from '../../core/attempt.ts';
import type { Cause } from '../../core/fault.ts';
import type { RememberedRun } from '../../core/story.ts';
import type { ExcusedBy, PicturesOfSite, Verdict } from '../../core/verdict.ts';
import type {
  TimelineAttempts,
  TimelineNodes,
  TimelineSession,
  TimelineUnits,
  TimelineWait,
} from '../../core/timeline.ts';

/**
 * What report.html holds and its page is drawn from. A long run must stay small and open quickly: checks are letters
 * in one string, texts that many checks share are in one table, and sites, checks and sessions are named by their place.
 * Durations are in ms, dates in ms since the epoch, the timeline's times in ms since the run's start.
 */
export interface ReportData {
  readonly run: RunFacts;
  /** The results folder from the report's own, with forward slashes; empty if it is the same. */
  readonly evidenceBase: string;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** Excused failures are not counted. */
  readonly counted: Readonly<Record<Verdict, number>>;
  readonly checks: readonly { readonly title: string; readonly file: string }[];
  readonly faults: readonly FaultRow[];
  readonly sites: readonly SiteRow[];
  /** The one with the most sites first. */
  readonly groups: readonly GroupRow[];
  readonly browsers: readonly string[];
  /** The builds of the extension that were tried, by arm. */
  readonly extensions: readonly ExtensionRow[];
  readonly notices: readonly { readonly level: string; readonly code: string; readonly text: string }[];
  readonly timeline: TimelineData;
}

export interface RunFacts {
  readonly run: string;
  readonly gridrun: string;
  readonly host: string;
  readonly grid: string;
  readonly startedAt: number;
  readonly durationMs: number;
  /** False if the run was cut off. */
  readonly ended: boolean;
  readonly sessions: number;
  readonly shard: { readonly index: number; readonly total: number };
  readonly resumes: string;
  readonly duplicateCount: number;
  readonly exitCode: number;
  readonly reasons: readonly string[];
  readonly stops: readonly string[];
  /** What the build did to the list, in one sentence, if it was compared. */
  readonly comparison?: string;
  /** The faults of the run itself, as places in `faults`. */
  readonly faults: readonly number[];
}

export interface ExtensionRow {
  readonly arm: Arm;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

export interface FaultRow {
  readonly code: string;
  readonly cause: Cause;
  readonly message: string;
  readonly stack?: string;
  readonly hint?: string;
}

export interface SiteRow {
  readonly id: string;
  readonly url: string;
  readonly tags?: readonly string[];
  readonly verdict: Verdict;
  readonly cause?: Cause;
  readonly code?: string;
  readonly durationMs: number;
  readonly node?: string;
  /** What the two arms showed, as a sentence, if the control has an answer. */
  readonly arms?: string;
  /** What a replay asked of the recording, as a sentence. */
  readonly replay?: string;
  /** A picture of each arm, as paths relative to the results folder, if both were kept. */
  readonly pictures?: PicturesOfSite;
  readonly control?: Verdict;
  /** A letter of `LETTERS` for each check of the suite. */
  readonly letters: string;
  /** For each check of the suite. */
  readonly checkMs: readonly number[];
  /** Details of the checks that have any. */
  readonly details?: readonly CheckDetail[];
  readonly excused?: readonly ExcuseRow[];
  /** Its verdicts in earlier runs, newest first. */
  readonly remembered?: readonly RememberedRun[];
  readonly attempts: readonly AttemptRow[];
}

export interface CheckDetail {
  /** Its place in the suite. */
  readonly check: number;
  readonly fault?: number;
  readonly cause?: Cause;
  readonly reason?: string;
  readonly attachments?: readonly Attachment[];
  readonly otherFaults?: readonly number[];
}

export interface ExcuseRow {
  readonly check: number;
  readonly by: ExcusedBy;
  readonly text: string;
}

export interface AttemptRow {
  readonly attempt: number;
  readonly arm: Arm;
  readonly ending: AttemptEnding;
  readonly node?: string;
  readonly sessionId?: string;
  /** The extension's id in that session. */
  readonly extensionId?: string;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly fault?: number;
  readonly extensionErrors?: readonly ExtensionError[];
  /** Its own results if the site had more than one attempt; otherwise they are the site's. */
  readonly letters?: string;
  readonly checkMs?: readonly number[];
  readonly details?: readonly CheckDetail[];
}

export interface GroupRow {
  readonly fingerprint: string;
  readonly fault: number;
  /** The number of checks with this fault. */
  readonly count: number;
  readonly sites: readonly number[];
  readonly checks: readonly number[];
  /** The number of its sites with this fault in a check that gates. */
  readonly newSites: number;
}

export interface TimelineData {
  readonly attempts: TimelineAttempts;
  readonly units: TimelineUnits;
  readonly sessions: readonly TimelineSession[];
  readonly waits: readonly TimelineWait[];
  readonly nodes: readonly TimelineNodes[];
  readonly lastAt: number;
}

/** One letter for each status of a check; `~` is a flaky check, a space is a check without a result. */
export const LETTERS: Readonly<Record<CheckStatus | 'flaky', string>> = {
  passed: 'p',
  flaky: '~',
  failed: 'f',
  errored: 'e',
  skipped: 's',
  'not-run': 'n',
};
