import { groupNewFaults } from '../../core/fault-groups.ts';
import type { RunState } from '../../core/run-state.ts';
import { terminalLine, terminalTitle } from './terminal-text.ts';

const MAX_GROUPS = 5;
const MAX_SITES = 5;

/** The new failures that more than one site shares: `37 sites failed the same way`. */
export function faultGroupLines(state: RunState): string[] {
  const shared = groupNewFaults(state.sites()).filter(({ siteIds }) => siteIds.length > 1);
  const lines = shared.slice(0, MAX_GROUPS).flatMap(({ representative, siteIds, titles, fingerprint }) => {
    const rest = siteIds.length - MAX_SITES;
    return [
      `${siteIds.length} sites failed the same way (${fingerprint}): ${terminalLine(representative.message)}`,
      `    ${titles.length === 1 ? terminalTitle(titles[0] ?? '', 100) : `${titles.length} checks`}: ${siteIds.slice(0, MAX_SITES).join(', ')}${rest > 0 ? `, … and ${rest} more` : ''}`,
    ];
  });
  if (lines.length === 0) return [];
  const more = shared.length - MAX_GROUPS;
  return ['', ...lines, ...(more > 0 ? [`… and ${more} more shared ${more === 1 ? 'failure' : 'failures'}`] : [])];
}
