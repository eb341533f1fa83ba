import { buildText } from '../../core/builds.ts';
import type { CheckPlan } from '../../core/check.ts';
import { countOf } from '../../core/count-of.ts';
import { refusal } from '../../core/fault.ts';
import type { Site } from '../../core/site.ts';
import { lastFailed, type LastFailed } from '../../results/last-failed.ts';

/** Where the last run is, and what would try its failures again. */
export interface Rerun {
  readonly out: string;
  readonly checks: readonly CheckPlan[];
  readonly hasExtension: boolean;
}

/**
 * The sites that did not pass in the last run. Throws a refusal if there are none, or no results to read. Also if this run
 * would not try what failed, and so pass: without the extension of the last run, or without the checks that failed.
 */
export async function onlyLastFailed(
  sites: readonly Site[],
  { out, checks, hasExtension }: Rerun,
): Promise<readonly Site[]> {
  const { sites: failed, build } = await lastFailed(out);
  if (build !== undefined && !hasExtension) {
    throw refusal(
      'last-failed.extension',
      `the last run had the extension ${buildText(build)}, and this run has none`,
      {
        hint: 'pass --extension too; to run these sites without the extension, name them with --site',
      },
    );
  }
  const again = sites.filter((site) => failed.has(site.id));
  if (again.length === 0) {
    const text =
      failed.size === 0
        ? 'every site passed in the last run'
        : `the selection has none of the ${countOf(failed.size, 'site')} that did not pass in the last run`;
    throw refusal('last-failed.nothing', text, { hint: 'run without --last-failed' });
  }
  refuseUntried(again, failed, checks);
  return again;
}

/** Throws a refusal if a check that did not pass on a site is not in the plan. */
function refuseUntried(again: readonly Site[], failed: LastFailed['sites'], checks: readonly CheckPlan[]): void {
  const planned = new Set(checks.map(({ title }) => title));
  const untried = new Map<string, string[]>();
  for (const { id } of again)
    for (const title of failed.get(id) ?? [])
      if (!planned.has(title)) untried.set(title, [...(untried.get(title) ?? []), id]);
  if (untried.size === 0) return;
  throw refusal('last-failed.checks', 'this run would not try what failed in the last run', {
    mistakes: [...untried].map(
      ([title, ids]) => `check ${JSON.stringify(title)} is not in this run: ${placesText(ids)}`,
    ),
    hint: 'pass the same check files and filters; to run other checks on these sites, name the sites with --site',
  });
}

const SHOWN_SITES = 5;

function placesText(ids: readonly string[]): string {
  const more = ids.length > SHOWN_SITES ? ` and ${ids.length - SHOWN_SITES} more` : '';
  return `${ids.slice(0, SHOWN_SITES).join(', ')}${more}`;
}
