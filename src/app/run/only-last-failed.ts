import { buildText } from '../../core/builds.ts';
import { refusal } from '../../core/fault.ts';
import type { Site } from '../../core/site.ts';
import { lastFailed } from '../../results/last-failed.ts';

/** Where the last run is, and what would try its failures again. */
export interface Rerun {
  readonly out: string;
  readonly hasExtension: boolean;
}

/**
 * The sites that did not pass in the last run. Throws a refusal if there are none, or no results to read. Also if the last
 * run had an extension and this one has none: it would pass without trying what failed.
 */
export async function onlyLastFailed(sites: readonly Site[], { out, hasExtension }: Rerun): Promise<readonly Site[]> {
  const { siteIds, build } = await lastFailed(out);
  if (build !== undefined && !hasExtension) {
    throw refusal(
      'last-failed.extension',
      `the last run had the extension ${buildText(build)}, and this run has none`,
      {
        hint: 'pass --extension too; to run these sites without the extension, name them with --site',
      },
    );
  }
  const ids = new Set(siteIds);
  const again = sites.filter((site) => ids.has(site.id));
  if (again.length > 0) return again;
  throw refusal('last-failed.nothing', 'every site of the list passed in the last run', {
    hint: 'run without --last-failed',
  });
}
