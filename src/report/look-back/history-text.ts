import type { CheckStory, FlakeRate, Sighting, SiteStory, StoryRun } from '../../core/story.ts';
import { durationText } from '../../text/duration-text.ts';
import { terminalLine } from '../terminal/terminal-text.ts';
import { verdictLetter, verdictMark } from '../terminal/verdict-mark.ts';

export interface HistoryTextOptions {
  readonly color: boolean;
  /** Most runs told of one by one, the newest first. */
  readonly most?: number;
}

/** A site's story: how it fared on the whole, run by run, and which of its checks are to blame. */
export function historyText(story: SiteStory, { color, most = 30 }: HistoryTextOptions): string {
  const { runs } = story;
  const strip = runs
    .slice(0, most)
    .toReversed()
    .map(({ verdict }) => verdictLetter(verdict, color))
    .join('');
  const wrong = story.checks.filter(({ failing, flake }) => failing > 0 || flake.flaky > 0);
  return [
    `${terminalLine(story.siteId)} ${terminalLine(story.url)}`,
    `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, oldest to newest: ${runs.length > most ? '…' : ''}${strip}`,
    `${flakeText(story.flake)}; ${failingText(story)}`,
    ...(story.expectedMs === undefined ? [] : [`takes ${durationText(story.expectedMs)}, the median of its last runs`]),
    '',
    ...runs.slice(0, most).map((run) => runLine(run, color)),
    ...(runs.length > most ? [`… and ${runs.length - most} older`] : []),
    ...(wrong.length === 0 ? [] : ['', 'checks that were not always passed', ...wrong.map(checkLine)]),
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
  if (flaky === 0) return 'never flaky';
  return `flaky in ${flaky} of ${decided} runs (${((flaky / decided) * 100).toFixed(1)} %)`;
}

function failingText({ firstFailing, lastFailing }: Pick<SiteStory, 'firstFailing' | 'lastFailing'>): string {
  if (firstFailing === undefined || lastFailing === undefined) return 'never seen failing';
  if (firstFailing.run === lastFailing.run) return `seen failing once, ${dateText(firstFailing)}`;
  return `first seen failing ${dateText(firstFailing)}, last ${dateText(lastFailing)}`;
}

/** In UTC, because the runs may come from several machines. */
function dateText({ startedAt }: Sighting): string {
  return new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ');
}
