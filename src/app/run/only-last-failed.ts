import { buildText } from '../../core/builds.ts';
import type { CheckPlan } from '../../core/check.ts';
import type { Undated } from '../../core/event.ts';
import { refusal } from '../../core/fault.ts';
import type { Site } from '../../core/site.ts';
import { lastFailed, type LastFailed } from '../../results/last-failed.ts';

/** Where the last run is, and what would try its failures again. */
export interface Rerun {
  readonly out: string;
  readonly checks: readonly CheckPlan[];
  /** The ids of the whole list. */
  readonly listed: ReadonlySet<string>;
  readonly hasExtension: boolean;
}

/** What a rerun tries. */
export interface RerunPlan {
  readonly sites: readonly Site[];
  /** Names failures that it does not try again, because their checks are gone from the suite. */
  readonly notice?: Undated;
}

/**
 * The sites that did not pass in the last run. Throws a refusal if there are none, or no results to read. Also if this run
 * would not try what failed, and so pass: without the extension of the last run, or with a part of its checks.
 */
export async function onlyLastFailed(
  sites: readonly Site[],
  { out, checks, listed, hasExtension }: Rerun,
): Promise<RerunPlan> {
  const last = await lastFailed(out);
  const { sites: failed, build } = last;
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
      failed.size === 0 ? 'every site passed in the last run' : 'no site that did not pass in the last run is selected';
    throw refusal('last-failed.nothing', text, { hint: 'run without --last-failed' });
  }
  const planned = new Set(checks.map(({ title }) => title));
  const untried = untriedIn(again, failed, planned);
  const gone = [...failed.keys()].filter((id) => !listed.has(id));
  const unlisted =
    gone.length === 0 ? [] : [`sites that failed in the last run are not in the list: ${placesText(gone)}`];
  if (untried.length === 0) return { sites: again, ...noticeOf(unlisted) };
  // A suite with new checks was edited, and a check may have a new title. A part of the suite tries nothing instead.
  const isEdited = [...planned].some((title) => !last.titles.has(title));
  if (!isEdited) {
    throw refusal('last-failed.checks', 'this run would not try what failed in the last run', {
      mistakes: untried,
      hint: 'pass the same check files and filters; to run other checks on these sites, name the sites with --site',
    });
  }
  const text = `checks that failed in the last run are gone: ${untried.join('; ')}`;
  return { sites: again, ...noticeOf([text, ...unlisted]) };
}

function noticeOf(texts: readonly string[]): Pick<RerunPlan, 'notice'> {
  if (texts.length === 0) return {};
  return { notice: { type: 'notice', level: 'warning', code: 'last-failed.checks', text: texts.join('; ') } };
}

/** The checks that did not pass on a site and are not planned, with their sites. */
function untriedIn(again: readonly Site[], failed: LastFailed['sites'], planned: ReadonlySet<string>): string[] {
  const untried = new Map<string, string[]>();
  for (const { id } of again)
    for (const title of failed.get(id) ?? [])
      if (!planned.has(title)) untried.set(title, [...(untried.get(title) ?? []), id]);
  return [...untried].map(([title, ids]) => `check ${JSON.stringify(title)} is not in this run: ${placesText(ids)}`);
}

const SHOWN_SITES = 5;

function placesText(ids: readonly string[]): string {
  const more = ids.length > SHOWN_SITES ? ` and ${ids.length - SHOWN_SITES} more` : '';
  return `${ids.slice(0, SHOWN_SITES).join(', ')}${more}`;
}
