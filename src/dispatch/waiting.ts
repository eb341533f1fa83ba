import type { Arm } from '../core/attempt.ts';
import type { Site } from '../core/site.ts';

/** A waiting site, and what its next attempt needs. */
export interface Waiting {
  readonly site: Site;
  /** Only a session of this arm may take it. */
  readonly arm: Arm;
  /** It is a retry: only a session that has taken no site yet may take it. */
  readonly fresh: boolean;
  /** The nodes that it should not run on if there are others. */
  readonly avoidNodes: readonly string[];
  /** It is compared with the other arm. Its loads are spread over the rest of the run. Undefined: it comes at once. */
  readonly compared?: ComparedLoad | undefined;
  /** It rests at least so long, in ms. */
  readonly pauseMs?: number | undefined;
}

/** A load of a comparison. */
export interface ComparedLoad {
  /** How many loads the site probably still needs, this one too. */
  readonly likelyLoads: number;
  /** The max number of loads that the site may still get, this one too. At least `likelyLoads`. */
  readonly maxLoads: number;
  /** How long a load of the site takes, in ms. */
  readonly loadMs: number;
  /** The ids of the sessions that have loaded the site. No other load of it runs there. */
  readonly sessionIds: readonly string[];
}
