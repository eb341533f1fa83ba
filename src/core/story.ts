import type { Cause } from './fault.ts';
import type { Verdict } from './verdict.ts';

/** A run in which something was seen. */
export interface Sighting {
  readonly run: string;
  /** ms since the epoch */
  readonly startedAt: number;
}

/** How often something was flaky, of the runs in which it was decided: passed, flaky or failed. */
export interface FlakeRate {
  readonly flaky: number;
  readonly decided: number;
}

/** What one run said of a site. */
export interface StoryRun extends Sighting {
  readonly verdict: Verdict;
  readonly cause?: Cause;
  readonly code?: string;
  /** Of the first check that failed. */
  readonly message?: string;
  readonly attempts: number;
  /** Of all attempts together, in ms. */
  readonly totalMs: number;
  /** The browser's name and version. */
  readonly browser?: string;
}

/** As much of an earlier run as the journal keeps beside a site that was not passed. */
export type RememberedRun = Pick<StoryRun, 'run' | 'startedAt' | 'verdict' | 'cause' | 'code'>;

/** What all runs said of one check of a site. */
export interface CheckStory {
  readonly title: string;
  readonly flake: FlakeRate;
  /** In how many runs it failed or could not be told. */
  readonly failing: number;
  readonly firstFailing?: Sighting;
  readonly lastFailing?: Sighting;
}

/** All that is remembered of a site. */
export interface SiteStory {
  readonly siteId: string;
  /** As the newest run had it. */
  readonly url: string;
  /** Newest first. */
  readonly runs: readonly StoryRun[];
  readonly flake: FlakeRate;
  readonly firstFailing?: Sighting;
  readonly lastFailing?: Sighting;
  /** The median of what it took lately, in ms. */
  readonly expectedMs?: number;
  /** By title. */
  readonly checks: readonly CheckStory[];
}
