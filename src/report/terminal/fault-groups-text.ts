import { groupFaults } from '../../core/fault-groups.ts';
import type { RunState, SiteState } from '../../core/run-state.ts';
import { terminalLine } from './terminal-text.ts';

const MAX_GROUPS = 5;
const MAX_SITES = 5;

/** The faults that gate and that more than one site shares: `37 sites read as one fault`. */
export function faultGroupLines(state: RunState): string[] {
  const shared = groupFaults(state.sites().map(withoutExcused)).filter(({ siteIds }) => siteIds.length > 1);
  const lines = shared.slice(0, MAX_GROUPS).flatMap(({ representative, siteIds, titles, fingerprint }) => {
    const rest = siteIds.length - MAX_SITES;
    return [
      `${siteIds.length} sites read as one fault (${fingerprint}): ${terminalLine(representative.message)}`,
      `    ${titles.length === 1 ? terminalLine(titles[0] ?? '', 100) : `${titles.length} checks`}: ${siteIds.slice(0, MAX_SITES).join(', ')}${rest > 0 ? `, … and ${rest} more` : ''}`,
    ];
  });
  if (lines.length === 0) return [];
  const more = shared.length - MAX_GROUPS;
  return ['', ...lines, ...(more > 0 ? [`… and ${more} more such ${more === 1 ? 'fault' : 'faults'}`] : [])];
}

/** A site without what does not gate of it. */
export function withoutExcused({ site, verdict, excused }: SiteState): Pick<SiteState, 'site' | 'verdict'> {
  if (excused === undefined) return { site, verdict };
  const titles = new Set(excused.map(({ title }) => title));
  return { site, verdict: { ...verdict, checks: verdict.checks.filter((check) => !titles.has(check.title)) } };
}
