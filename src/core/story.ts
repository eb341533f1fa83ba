import type { Cause } from './fault.ts';
import type { Verdict } from './verdict.ts';

/** A run in which something was seen. */
export interface Sighting {
  readonly run: string;
  /** ms since the epoch */
  readonly startedAt: number;
}

/** In how many runs something was flaky, and in how many it passed, was flaky or failed. */
export interface FlakeRate {
  readonly flaky: number;
  readonly decided: number;
}

/** A site in one run. */
export interface StoryRun extends Sighting {
  readonly verdict: Verdict;
  readonly cause?: Cause;
  readonly code?: string;
  /** The message of the first check that failed. */
  readonly message?: string;
  readonly attempts: number;
  /** All attempts together, in ms. */
  readonly totalMs: number;
  /** The browser's name and version. */
  readonly browser?: string;
}

/** The part of an earlier run that the journal keeps for a site that needs attention. */
export type RememberedRun = Pick<StoryRun, 'run' | 'startedAt' | 'verdict' | 'cause' | 'code'>;

/** One check of a site over all runs. */
export interface CheckStory {
  readonly title: string;
  readonly flake: FlakeRate;
  /** The number of runs in which it failed or errored. */
  readonly failing: number;
  readonly firstFailing?: Sighting;
  readonly lastFailing?: Sighting;
}

/** The history of a site. */
export interface SiteStory {
  readonly siteId: string;
  /** Its URL in the newest run. */
  readonly url: string;
  /** Newest first. */
  readonly runs: readonly StoryRun[];
  readonly flake: FlakeRate;
  readonly firstFailing?: Sighting;
  readonly lastFailing?: Sighting;
  /** The median of its latest durations, in ms. */
  readonly expectedMs?: number;
  /** By title. */
  readonly checks: readonly CheckStory[];
}
