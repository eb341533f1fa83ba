/** One entry of the site list. Its `id` is stable from run to run and safe as a file name. */
export interface Site {
  /** Matches `SITE_ID`. It has no dot, because Jenkins cuts a class name at its last dot. */
  readonly id: string;
  readonly url: string;
  readonly tags?: readonly string[];
  /** The limit of one attempt, in ms, if it differs from the run's `siteTimeoutMs`. */
  readonly timeoutMs?: number;
  /** The site must not be loaded a second time: no retry, no control. */
  readonly once?: boolean;
  /** Why the site is left out. Its checks are `skipped` with this reason. */
  readonly skip?: string;
  /** Data for the checks: any JSON value. */
  readonly data?: unknown;
  /** Names of environment variables, which checks read as `site.env.NAME`. Their values are secrets. */
  readonly env?: readonly string[];
}

export const SITE_ID = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
