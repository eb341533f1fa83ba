import type { Fault } from './fault.ts';
import { fingerprintOf } from './fault-fingerprint.ts';
import type { Site } from './site.ts';
import { isFailing, type CheckExcuse, type SiteVerdict } from './verdict.ts';

/** Failures with the same fault, apart from what varies from site to site. */
export interface FaultGroup {
  /** Stable from run to run. */
  readonly fingerprint: string;
  /** The first of the faults, unchanged. */
  readonly representative: Fault;
  /** How many checks failed by it. */
  readonly count: number;
  /** The sites that show it, each once, in the order of the list. */
  readonly siteIds: readonly string[];
  /** The titles of the checks that showed it, each once. */
  readonly titles: readonly string[];
}

interface JudgedSite {
  readonly site: Pick<Site, 'id' | 'url'>;
  readonly verdict: SiteVerdict;
  /** The checks whose failures are known. */
  readonly excused?: readonly CheckExcuse[] | undefined;
}

/** Groups the failures that are not excused. The group with the most sites comes first. */
export function groupNewFaults(sites: Iterable<JudgedSite>): FaultGroup[] {
  return groupFaults(Array.from(sites, withoutExcused));
}

function withoutExcused({ site, verdict, excused }: JudgedSite): JudgedSite {
  if (excused === undefined) return { site, verdict };
  const titles = new Set(excused.map(({ title }) => title));
  return { site, verdict: { ...verdict, checks: verdict.checks.filter(({ title }) => !titles.has(title)) } };
}

/** Groups every failed and errored check by its fault. The group with the most sites comes first. */
export function groupFaults(sites: Iterable<JudgedSite>): FaultGroup[] {
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
