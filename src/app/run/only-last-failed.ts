import { refusal } from '../../core/fault.ts';
import type { Site } from '../../core/site.ts';
import { lastFailed } from '../../results/last-failed.ts';

/** The sites that did not pass in the last run. Throws a refusal if there are none, or no results to read. */
export async function onlyLastFailed(sites: readonly Site[], out: string): Promise<readonly Site[]> {
  const ids = new Set(await lastFailed(out));
  const again = sites.filter((site) => ids.has(site.id));
  if (again.length > 0) return again;
  throw refusal('last-failed.nothing', 'every site of the list passed in the last run', {
    hint: 'run without --last-failed',
  });
}
