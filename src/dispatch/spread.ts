/** What the spread of a site's repeats depends on. */
export interface SpreadOver {
  /** The number of sites that wait for their first load. */
  readonly waitingCount: number;
  /** The number of sites that run at once. */
  readonly sessions: number;
  /** How many loads the site may still need, the next one too. */
  readonly loadsLeft: number;
}

/** While a load waits for a session, and while it runs, each other session starts about one site. */
const SITES_MEANWHILE = 2;

/**
 * How many other sites start before the next load of a site that is tried again. All its loads are spread evenly over the
 * first loads that are left. What starts while a load waits for a session and runs is taken off, so the last load still ends
 * with the run. With too few sites left it is 0, and the next load comes at once.
 */
export function sitesBetween({ waitingCount, sessions, loadsLeft }: SpreadOver): number {
  if (loadsLeft <= 0) return 0;
  return Math.max(0, Math.floor(waitingCount / loadsLeft) - SITES_MEANWHILE * sessions);
}

/** How long a site rests at least before each of its repeats, so that all of them together lengthen the run by `waitMs`. */
export function pauseMs(waitMs: number, budget: number): number {
  return Math.floor(waitMs / Math.max(1, budget - 1));
}
