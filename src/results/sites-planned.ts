import type { SitesPlanned, Undated } from '../core/event.ts';
import type { Site } from '../core/site.ts';

/** How many sites one line of the journal holds. */
const SITES_IN_A_BATCH = 500;

/**
 * The planned sites as events, in the order of the list.
 * @param indexes in a shard: the place of each site in the selected list, from 0
 */
export function* sitesPlanned(sites: readonly Site[], indexes?: readonly number[]): Generator<Undated<SitesPlanned>> {
  for (let start = 0; start < sites.length; start += SITES_IN_A_BATCH) {
    const part = <T>(all: readonly T[]): T[] => all.slice(start, start + SITES_IN_A_BATCH);
    yield { type: 'sites-planned', sites: part(sites), ...(indexes === undefined ? {} : { indexes: part(indexes) }) };
  }
}
