/** What the spread of a site's repeats depends on. */
export interface SpreadOver {
  /** The number of sites that wait for their first load. */
  readonly waitingCount: number;
  /** The number of sites that run at once. */
  readonly sessions: number;
  /** How many loads the site probably still needs, the next one too. */
  readonly likelyLoads: number;
  /** The max number of loads that the site may still get, the next one too. */
  readonly maxLoads: number;
  /** How long a load of the site takes, in average loads of the run. */
  readonly weight: number;
  /** The share of first loads that fail, from 0 to 1. */
  readonly failRate: number;
}

/** A comparison mostly ends after so many loads. */
export const LIKELY_LOADS = 8;

/**
 * How many other sites start before the next load of a site that is tried again. The loads that it probably needs are spread
 * evenly over what is left of the run. Those of a slow site, and of one that needs all that it may get, come sooner, so that
 * they too end with the run. With too few sites left it is 0.
 */
export function sitesBetween({ waitingCount, sessions, likelyLoads, maxLoads, weight, failRate }: SpreadOver): number {
  if (likelyLoads <= 0) return 0;
  const left = waitingCount + endLoads(sessions, failRate);
  const evenly = left / likelyLoads - (1 + weight) * sessions;
  return Math.max(0, Math.floor(Math.min(evenly, left - maxLoads * weight * sessions)));
}

/**
 * How many loads the sessions could do after the last site has started: if one of the last sites fails, it is still compared,
 * and most sessions have nothing else to do.
 */
function endLoads(sessions: number, failRate: number): number {
  return Math.floor(LIKELY_LOADS * sessions * Math.min(1, failRate * sessions));
}

/** How long a site rests at least before each of its repeats, so that all of them together lengthen the run by `waitMs`. */
export function pauseMs(waitMs: number, budget: number): number {
  return Math.floor(waitMs / Math.max(1, budget - 1));
}
