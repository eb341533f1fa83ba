import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { buildText } from '../../core/builds.ts';
import type { CheckPlan } from '../../core/check.ts';
import type { Undated } from '../../core/event.ts';
import { refusal } from '../../core/fault.ts';
import type { Site } from '../../core/site.ts';
import type { Suite } from './suite.ts';
import { lastFailed, type LastFailed } from '../../results/last-failed.ts';

/** Where the last run is, and what would try its failures again. */
export interface Rerun {
  readonly out: string;
  readonly cwd: string;
  readonly suite: Pick<Suite, 'checks' | 'files' | 'leavesOut'>;
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
  { out, cwd, suite, listed, hasExtension }: Rerun,
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
  const untried = untriedIn(again, failed, new Set(suite.checks.map(({ title }) => title)));
  const notes = leftOutTexts(failed, new Set(again.map(({ id }) => id)), listed);
  const texts = untriedTexts(untried);
  if (texts.length === 0) return { sites: again, ...noticeOf(notes) };
  const wasEdited = isEdited(last.checks, suite, cwd);
  if ([...untried.keys()].some((title) => !wasEdited(title))) {
    throw refusal('last-failed.checks', 'this run would not try what failed in the last run', {
      mistakes: texts,
      hint: 'pass the same check files and filters; to run other checks on these sites, name the sites with --site',
    });
  }
  const text = `checks that failed in the last run are gone: ${texts.join('; ')}`;
  return { sites: again, ...noticeOf([text, ...notes]) };
}

/** The failed sites that this run leaves out. The next rerun reads the results of this one, and does not know them. */
function leftOutTexts(failed: LastFailed['sites'], again: ReadonlySet<string>, listed: ReadonlySet<string>): string[] {
  const leftOut = [...failed.keys()].filter((id) => !again.has(id));
  const [selectable, gone] = [leftOut.filter((id) => listed.has(id)), leftOut.filter((id) => !listed.has(id))];
  return [
    ...(gone.length === 0 ? [] : [`sites that failed in the last run are not in the list: ${placesText(gone)}`]),
    ...(selectable.length === 0
      ? []
      : [
          `this run leaves out sites that failed in the last run: ${placesText(selectable)}; the next --last-failed will not try them`,
        ]),
  ];
}

function noticeOf(texts: readonly string[]): Pick<RerunPlan, 'notice'> {
  if (texts.length === 0) return {};
  return { notice: { type: 'notice', level: 'warning', code: 'last-failed.checks', text: texts.join('; ') } };
}

/**
 * Was the check renamed? Then its file is in this run without it, or is gone, and the suite has a new check. A run of a
 * part of the suite may have left it out instead, and so may `.only`.
 */
function isEdited(
  before: readonly CheckPlan[],
  { checks, files, leavesOut }: Rerun['suite'],
  cwd: string,
): (title: string) => boolean {
  const titles = new Set(before.map(({ title }) => title));
  const hasNew = checks.some(({ title }) => !titles.has(title));
  const fileOf = new Map(before.map(({ title, file }) => [title, resolve(cwd, file)]));
  const loaded = new Set(files);
  return (title) => {
    const file = fileOf.get(title);
    if (leavesOut || !hasNew || file === undefined) return false;
    return loaded.has(file) || !existsSync(file);
  };
}

/** The checks that did not pass on a site and are not planned, each with its sites. */
function untriedIn(
  again: readonly Site[],
  failed: LastFailed['sites'],
  planned: ReadonlySet<string>,
): Map<string, readonly string[]> {
  const untried = new Map<string, readonly string[]>();
  for (const { id } of again)
    for (const title of failed.get(id) ?? [])
      if (!planned.has(title)) untried.set(title, [...(untried.get(title) ?? []), id]);
  return untried;
}

function untriedTexts(untried: ReadonlyMap<string, readonly string[]>): string[] {
  return [...untried].map(([title, ids]) => `check ${JSON.stringify(title)} is not in this run: ${placesText(ids)}`);
}

const SHOWN_SITES = 5;

function placesText(ids: readonly string[]): string {
  const more = ids.length > SHOWN_SITES ? ` and ${ids.length - SHOWN_SITES} more` : '';
  return `${ids.slice(0, SHOWN_SITES).join(', ')}${more}`;
}
