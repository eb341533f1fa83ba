import type { Fault } from './fault.ts';
import { fingerprintOf } from './fault-fingerprint.ts';
import type { Site } from './site.ts';
import { isFailing, type SiteVerdict } from './verdict.ts';

/** Failures that read as one fault: the same but for what varies from site to site. */
export interface FaultGroup {
  /** Stable from run to run. */
  readonly fingerprint: string;
  /** The first of them, as it was. */
  readonly representative: Fault;
  /** How many checks failed by it. */
  readonly count: number;
  /** Where it was seen, in the order of the list, each site once. */
  readonly siteIds: readonly string[];
  /** The titles of the checks that showed it, each once. */
  readonly titles: readonly string[];
}

/** Groups every failed and errored check by its fault; the group with the most sites comes first. */
export function groupFaults(
  sites: Iterable<{ readonly site: Pick<Site, 'id' | 'url'>; readonly verdict: SiteVerdict }>,
): FaultGroup[] {
  const groups = new Map<string, { representative: Fault; count: number; siteIds: Set<string>; titles: Set<string> }>();
  for (const { site, verdict } of sites) {
    for (const { status, fault, title } of verdict.checks) {
      if (!isFailing(status) || fault === undefined) continue;
      const fingerprint = fingerprintOf(fault, site);
      const group = groups.get(fingerprint) ?? {
        representative: fault,
        count: 0,
        siteIds: new Set(),
        titles: new Set(),
      };
      groups.set(fingerprint, group);
      group.count++;
      group.siteIds.add(site.id);
      group.titles.add(title);
    }
  }
  return [...groups]
    .map(([fingerprint, { representative, count, siteIds, titles }]) => ({
      fingerprint,
      representative,
      count,
      siteIds: [...siteIds],
      titles: [...titles],
    }))
    .sort((a, b) => b.siteIds.length - a.siteIds.length);
}
