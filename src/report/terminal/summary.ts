import type { SiteState } from '../../core/run-state.ts';
import type { Site } from '../../core/site.ts';
import { needsAttention, VERDICTS, type CheckExcuse, type CheckVerdict, type SiteVerdict } from '../../core/verdict.ts';
import { framesOf, isUserFrame, withPath } from '../../modules/user-frames.ts';
import { armsText } from '../../text/arms-text.ts';
import { durationText } from '../../text/duration-text.ts';
import { replayText } from '../../text/replay-text.ts';
import { excusedLines, excuseText, isWhollyExcused } from './excused-text.ts';
import { exitLines, failureLine, writtenReports } from './exit-lines.ts';
import { faultGroupLines } from './fault-groups-text.ts';
import { whyWrong, wrongChecks } from './site-line.ts';
import type { TerminalSetup } from './terminal.ts';
import { replayLines } from './replay-lines.ts';
import { releaseTestLines } from './release-test-text.ts';
import { terminalLine, terminalText, terminalTitle } from './terminal-text.ts';
import { verdictMark } from './verdict-mark.ts';

/** Nobody reads more in a terminal. The rest is counted, and the reports have all of it. */
const MAX_SITES = 20;
const MAX_LINES = 12;
const MAX_ATTACHMENTS = 2;
const MAX_REASONS = 3;

/** The end of a terminal's output: what went wrong and where to look, the counts, the exit code, what to do next. */
export function summaryText(setup: TerminalSetup): string {
  const failures = setup.reportFailures();
  return [
    ...wrongSites(setup),
    ...faultGroupLines(setup.state),
    ...excusedLines(setup.state, setup.color),
    ...releaseTestLines(setup.state),
    ...replayLines(setup.state),
    '',
    countsLine(setup),
    ...(setup.state.ended?.faults ?? []).flatMap((fault) => [
      terminalLine(`${fault.code}: ${fault.message}`, 500),
      ...(fault.hint === undefined ? [] : [`  ${terminalLine(fault.hint, 500)}`]),
    ]),
    ...failures.map(failureLine),
    ...(setup.reportNotes?.() ?? []).map((note) => `note: ${note}`),
    ...exitLines(setup, failures),
    '',
  ].join('\n');
}

function wrongSites(setup: TerminalSetup): string[] {
  const lines: string[] = [];
  let count = 0;
  for (const entry of setup.state.sites()) {
    const { verdict } = entry.verdict;
    if (!needsAttention(verdict) || isWhollyExcused(entry)) continue;
    count++;
    if (count <= MAX_SITES) lines.push('', ...wrongSite(setup, entry));
  }
  const [report] = writtenReports(setup.out, setup.reportFailures());
  if (count > MAX_SITES)
    lines.push('', `… and ${count - MAX_SITES} more sites${report === undefined ? '' : `: see ${report}`}`);
  return lines;
}

function wrongSite(setup: TerminalSetup, { site, verdict, excused }: SiteState): string[] {
  const cause = verdict.cause === undefined ? '' : `, cause ${verdict.cause}`;
  const head = `${verdictMark(verdict.verdict, setup.color)} ${site.id} (${verdict.verdict}${cause}) ${terminalLine(site.url)}`;
  const excuseOf = (check: CheckVerdict): CheckExcuse | undefined =>
    excused?.find(({ title }) => title === check.title);
  const wrong = wrongChecks(verdict).map((check) => ({
    title: titleLine(check, excuseOf(check)),
    why: whyLines(setup, check).join('\n'),
  }));
  // Checks that one failed hook prevented have the same lines, so only the last of them shows the lines.
  const arms = armsText(verdict);
  return [
    head,
    ...(arms === undefined ? onceLines(setup, site, verdict) : [`    ${arms}`]),
    ...(verdict.replay === undefined ? [] : [`    ${terminalLine(replayText(verdict.replay), 500)}`]),
    ...wrong.flatMap(({ title, why }, index) => (why === wrong[index + 1]?.why ? [title] : [title, why])),
  ];
}

/** A site that may be loaded once only has no control, and its failure says nothing about the build. */
function onceLines({ state }: TerminalSetup, { once = false }: Site, { attribution }: SiteVerdict): string[] {
  const hasControl = (state.started?.control ?? 'never') !== 'never';
  if (!once || !hasControl || attribution !== undefined) return [];
  return ['    not compared: it is marked `once`, so only a replay of its recording (--record failures) could tell'];
}

function titleLine(check: CheckVerdict, excuse: CheckExcuse | undefined): string {
  return `    ${terminalTitle(check.title)}${check.flaky ? ' (flaky)' : ''}${excuse === undefined ? '' : ` (not counted, ${excuseText(excuse)})`}`;
}

function whyLines(setup: TerminalSetup, check: CheckVerdict): string[] {
  const lines = whyWrong(check).split(/\r?\n/);
  return [
    ...lines.slice(0, MAX_LINES).map(shownLine),
    ...(lines.length > MAX_LINES ? [`      … ${lines.length - MAX_LINES} more lines`] : []),
    ...lines.slice(MAX_LINES).filter(isReason).slice(0, MAX_REASONS).map(shownLine),
    ...placeLines(check),
    ...(check.fault?.hint === undefined ? [] : [`      → ${terminalLine(check.fault.hint, 500)}`]),
    ...attachmentLines(setup, check),
  ];
}

function shownLine(line: string): string {
  return `      ${terminalText(line.slice(0, 500))}`;
}

/** Is the line of an error behind the error? They come last, and say the most. */
function isReason(line: string): boolean {
  return /^\s+(?:cause|error \d+ of \d+): /.test(line);
}

/** The first attachments. A film strip alone would be a hundred lines. */
function attachmentLines(setup: TerminalSetup, { attachments = [] }: CheckVerdict): string[] {
  const shown = attachments
    .slice(0, MAX_ATTACHMENTS)
    .map(({ path }) => `      ${terminalText(`${setup.out}/${path}`)}`);
  const more = attachments.length - shown.length;
  return more === 0 ? shown : [...shown, `      … and ${more} more in the same folder`];
}

/** The innermost frame in a file of the user; otherwise the innermost frame. */
function placeLines({ fault }: CheckVerdict): string[] {
  const frames = framesOf(fault?.stack ?? '');
  const frame = (frames.find(isUserFrame) ?? frames[0])?.replace(/^\s*at /, '');
  return frame === undefined ? [] : [`      at ${terminalLine(withPath(frame), 500)}`];
}

function countsLine({ state }: TerminalSetup): string {
  const counts = state.counts();
  const parts = VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) => `${counts[verdict]} ${verdict}`);
  const sites = state.plannedCount === 1 ? '1 site' : `${state.plannedCount} sites`;
  return `${sites}: ${parts.length === 0 ? 'none planned' : parts.join(', ')} (${durationText(state.durationMs)})`;
}
