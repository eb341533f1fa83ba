import type { Undated } from '../core/event.ts';

/** Four pairs decide a site that the build breaks for good. Each site that begins has these loads reserved. */
const LOADS_TO_DECIDE = 8;
const PAIR = 2;
/** A share of a short list is next to nothing. This many failing sites always get their whole budget: 300 loads. */
const SITES_ALWAYS = 25;

/** The max number of loads that comparisons may add to a run. `share` is of the sites, `siteBudget` the limit of one site. */
export function loadsOfRun(siteCount: number, share: number, siteBudget: number): number {
  return Math.max(Math.floor(siteCount * share), SITES_ALWAYS * siteBudget);
}

/**
 * The loads that comparisons may add to a run, over all sites. A site begins only if enough is left to decide it and
 * all sites that have begun. So few sites are cut in the middle when the budget is used up.
 */
export class RunBudget {
  #left: number;
  /** The loads that are reserved for each site that has begun, by its id. */
  readonly #kept = new Map<string, number>();
  #keptCount = 0;
  readonly #refused = new Set<string>();

  constructor(loads: number) {
    this.#left = loads;
  }

  /** How many sites did not get a load that they needed. */
  get refusedCount(): number {
    return this.#refused.size;
  }

  /** Takes one load for the site. False if none is left for it. `opensPair`: it is the first of a pair, so it needs two. */
  take(siteId: string, opensPair: boolean): boolean {
    const kept = this.#kept.get(siteId);
    const wanted = kept === undefined ? LOADS_TO_DECIDE : Math.max(kept, opensPair ? PAIR : 1);
    if (this.#left - this.#keptCount + (kept ?? 0) < wanted) {
      this.#refused.add(siteId);
      return false;
    }
    this.#left -= 1;
    this.#keep(siteId, wanted - 1);
    return true;
  }

  /** The site needs no more loads. Frees those that were reserved for it. */
  end(siteId: string): void {
    this.#keep(siteId, 0);
    this.#kept.delete(siteId);
  }

  #keep(siteId: string, count: number): void {
    this.#keptCount += count - (this.#kept.get(siteId) ?? 0);
    this.#kept.set(siteId, count);
  }
}

/** How a run reports that its budget was used. `share` is that of the sites. */
export function cutNotice(siteCount: number, share: number): Undated {
  const sites = siteCount === 1 ? '1 site was' : `${siteCount} sites were`;
  const text = `the loads for comparisons (--control-run-budget ${Number((100 * share).toFixed(2))}%) are used: ${sites} not compared to the end, so ${siteCount === 1 ? 'it is' : 'they are'} suspect at most`;
  return { type: 'notice', level: 'warning', code: 'run.control-budget', text };
}
