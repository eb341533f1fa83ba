import type { CheckStory, FlakeRate, Sighting, SiteStory, StoryRun } from '../../core/story.ts';
import { durationText } from '../../text/duration-text.ts';
import { terminalLine } from '../terminal/terminal-text.ts';
import { verdictLetter, verdictMark } from '../terminal/verdict-mark.ts';

export interface HistoryTextOptions {
  readonly color: boolean;
  /** Maximum number of runs that get a line, newest first. */
  readonly maxRuns?: number;
}

/** A site's history: all runs together, run by run, and the checks that failed. */
export function historyText(story: SiteStory, { color, maxRuns = 30 }: HistoryTextOptions): string {
  const { runs } = story;
  const strip = runs
    .slice(0, maxRuns)
    .toReversed()
    .map(({ verdict }) => verdictLetter(verdict, color))
    .join('');
  const wrong = story.checks.filter(({ failing, flake }) => failing > 0 || flake.flaky > 0);
  return [
    `${terminalLine(story.siteId)} ${terminalLine(story.url)}`,
    `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, oldest to newest: ${runs.length > maxRuns ? '…' : ''}${strip}`,
    story.flake.decided === 0 ? 'never tried' : `${flakeText(story.flake)}; ${failingText(story)}`,
    ...(story.expectedMs === undefined ? [] : [`takes ${durationText(story.expectedMs)}, the median of its last runs`]),
    '',
    ...runs.slice(0, maxRuns).map((run) => runLine(run, color)),
    ...(runs.length > maxRuns ? [`… and ${runs.length - maxRuns} older`] : []),
    ...(wrong.length === 0 ? [] : ['', 'checks that did not always pass', ...wrong.map(checkLine)]),
    '',
  ].join('\n');
}

function runLine(run: StoryRun, color: boolean): string {
  const facts = [
    durationText(run.totalMs),
    ...(run.attempts > 1 ? [`${run.attempts} attempts`] : []),
    ...(run.cause === undefined ? [] : [`cause ${run.cause}`]),
    ...(run.browser === undefined ? [] : [terminalLine(run.browser, 60)]),
  ];
  const why = run.message === undefined ? '' : `: ${terminalLine(run.message)}`;
  return `${dateText(run)} ${verdictMark(run.verdict, color)} ${run.verdict} (${facts.join(', ')})${why}`;
}

function checkLine(check: CheckStory): string {
  return `  ${terminalLine(check.title, 100)}: ${flakeText(check.flake)}; ${failingText(check)}`;
}

function flakeText({ flaky, decided }: FlakeRate): string {
  if (decided === 0) return 'never tried';
  if (flaky === 0) return 'never flaky';
  return `flaky in ${flaky} of ${decided} runs (${((flaky / decided) * 100).toFixed(1)} %)`;
}

function failingText({ firstFailing, lastFailing }: Pick<SiteStory, 'firstFailing' | 'lastFailing'>): string {
  if (firstFailing === undefined || lastFailing === undefined) return 'never failed';
  if (firstFailing.run === lastFailing.run) return `failed once, ${dateText(firstFailing)}`;
  return `first failed ${dateText(firstFailing)}, last failed ${dateText(lastFailing)}`;
}

/** In UTC, because the runs may come from several machines. */
function dateText({ startedAt }: Sighting): string {
  return new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ');
}
