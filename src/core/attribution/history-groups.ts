import { isFailing, type SiteVerdict } from '../verdict.ts';
import type { Loads } from './failure-rates.ts';
import type { HistoryGroup } from './list-test.ts';

/**
 * Groups the sites of a run that earlier runs know, by what those say. Leaves out what says nothing about a build that makes
 * sites flakier: sites that it broke for sure, sites that are down in both arms, and what the grid or gridrun spoiled.
 * Leaving out sites that failed can only make the test say less.
 * @param earlier in how many earlier runs each site failed, by its id
 */
export function historyGroups(
  verdicts: Iterable<SiteVerdict>,
  earlier: ReadonlyMap<string, Loads>,
): readonly HistoryGroup[] {
  const groups = new Map<string, HistoryGroup>();
  for (const verdict of verdicts) {
    const before = earlier.get(verdict.siteId);
    const failed = hasFailedNow(verdict);
    if (before === undefined || before.all === 0 || failed === undefined) continue;
    const key = `${before.failed}/${before.all}`;
    const { siteCount = 0, failedCount = 0 } = groups.get(key) ?? {};
    groups.set(key, { earlier: before, siteCount: siteCount + 1, failedCount: failedCount + (failed ? 1 : 0) });
  }
  return [...groups.values()].toSorted((a, b) => a.earlier.all - b.earlier.all || a.earlier.failed - b.earlier.failed);
}

/** Did the site fail at its first load with the build? A site passes only if it did not. Undefined if it says nothing. */
function hasFailedNow({ verdict, cause, attribution }: SiteVerdict): boolean | undefined {
  if (verdict === 'passed') return false;
  if (verdict === 'skipped' || verdict === 'not-run') return undefined;
  if (cause === 'grid' || cause === 'runner' || attribution === 'broken') return undefined;
  return attribution === 'not-build' && isFailing(verdict) ? undefined : true;
}
