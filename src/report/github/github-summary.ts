import { groupNewFaults } from '../../core/fault-groups.ts';
import { exitOf, outcomeOf } from '../../core/outcome.ts';
import type { RunState, SiteState } from '../../core/run-state.ts';
import { needsAttention, VERDICTS, type Verdict } from '../../core/verdict.ts';
import { durationText } from '../../text/duration-text.ts';
import { REPORT_HTML } from '../../results/layout.ts';
import { isWhollyExcused } from '../terminal/excused-text.ts';
import { markdownText } from './markdown-text.ts';
import { whyWrong, wrongChecks } from '../terminal/site-line.ts';

const MAX_GROUPS = 20;
const MAX_SITES_PER_GROUP = 20;
const MAX_SITES = 1000;

/**
 * A run in Markdown, most important first: the counts, the groups of failures, the sites to look at. It counts what does
 * not fit.
 * @param out the folder of report.html. Undefined: there is none
 * @param maxBytes the maximum length in UTF-8
 * @param unwritten the names of the reports that could not be written: they fail the run
 */
export function githubSummary(
  state: RunState,
  out: string | undefined,
  maxBytes: number,
  unwritten: readonly string[] = [],
): string {
  const text = new BoundedText(maxBytes);
  const counts = state.counts();
  const { code, reasons } = exitOf(outcomeOf(state, unwritten.length > 0));
  text.add(
    `## gridrun: ${code === 0 ? goodText(counts) : reasons.map((reason) => markdownText(reason, 200)).join('; ')}\n\n`,
  );
  text.add(`| ${VERDICTS.join(' | ')} | sites | duration |\n|${' ---: |'.repeat(VERDICTS.length + 2)}\n`);
  text.add(
    `| ${VERDICTS.map((verdict) => counts[verdict]).join(' | ')} | ${state.plannedCount} | ${durationText(state.durationMs)} |\n\n`,
  );
  for (const name of unwritten) text.add(`- **not written**: ${markdownText(name, 200)}\n`);
  for (const { code: name, message, hint } of state.ended?.faults ?? []) {
    text.add(
      `- **${markdownText(name, 100)}**: ${markdownText(message, 500)}${hint === undefined ? '' : `. ${markdownText(hint, 500)}`}\n`,
    );
  }
  addGroups(text, state);
  addSites(text, state);
  if (out !== undefined) text.add(`\nFull report: \`${out.replaceAll('`', '')}/${REPORT_HTML}\`\n`);
  return text.toString();
}

/** What a run without a reason to fail is called. Known failures and skipped sites did not pass. */
function goodText({ passed, skipped, ...others }: Readonly<Record<Verdict, number>>): string {
  if (passed === 0 && others.flaky === 0)
    return skipped > 0 ? 'nothing was tried' : 'nothing passed, nothing new failed';
  if (others.failed + others.errored > 0) return 'no new failures';
  return skipped > 0 ? `all passed but ${skipped} skipped` : 'all passed';
}

function addGroups(text: BoundedText, state: RunState): void {
  const groups = groupNewFaults(state.sites());
  if (groups.length === 0) return;
  text.add(
    `\n### What broke: ${groups.length} ${groups.length === 1 ? 'cause' : 'causes'}\n\n| sites | checks | what | where |\n| ---: | ---: | --- | --- |\n`,
  );
  for (const { representative, siteIds, titles, count } of groups.slice(0, MAX_GROUPS)) {
    const rest = siteIds.length - MAX_SITES_PER_GROUP;
    const where = `${siteIds.slice(0, MAX_SITES_PER_GROUP).join(', ')}${rest > 0 ? `, … and ${rest} more` : ''}`;
    const what = `<code>${markdownText(representative.message, 300)}</code><br>${markdownText(titles.slice(0, 3).join('; '), 200)}`;
    text.add(`| ${siteIds.length} | ${count} | ${what} | ${where} |\n`);
  }
  if (groups.length > MAX_GROUPS) text.add(`\n… and ${groups.length - MAX_GROUPS} more\n`);
}

function addSites(text: BoundedText, state: RunState): void {
  const wrong = [...state.sites()].filter((entry) => needsAttention(entry.verdict.verdict) && !isWhollyExcused(entry));
  if (wrong.length === 0) return;
  text.add(
    `\n<details><summary>${wrong.length} ${wrong.length === 1 ? 'site' : 'sites'} to look at</summary>\n\n| site | verdict | why |\n| --- | --- | --- |\n`,
  );
  let shown = 0;
  for (const entry of wrong.slice(0, MAX_SITES)) {
    if (!text.add(`| ${siteCell(entry)} |\n`)) break;
    shown++;
  }
  text.end(`\n${shown < wrong.length ? `… and ${wrong.length - shown} more\n\n` : ''}</details>\n`);
}

function siteCell({ site, verdict }: SiteState): string {
  const [first] = wrongChecks(verdict);
  const why =
    first === undefined ? '' : `${markdownText(first.title, 100)}: <code>${markdownText(whyWrong(first), 200)}</code>`;
  return `<a href="${markdownText(site.url, 500)}">${site.id}</a> | ${verdict.verdict}${verdict.cause === undefined ? '' : ` (${verdict.cause})`} | ${why}`;
}

/** Text of a maximum length. It takes a piece as a whole or not at all. */
class BoundedText {
  /** Kept for the end of a table and the last line. */
  static readonly #reserveBytes = 2000;
  readonly #maxBytes: number;
  readonly #pieces: string[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** False if there is no room for the piece. */
  add(piece: string): boolean {
    return this.#take(piece, this.#maxBytes - BoundedText.#reserveBytes);
  }

  /** Uses the bytes that `add` keeps free. */
  end(piece: string): void {
    this.#take(piece, this.#maxBytes);
  }

  toString(): string {
    return this.#pieces.join('');
  }

  #take(piece: string, maxBytes: number): boolean {
    const bytes = Buffer.byteLength(piece);
    if (this.#bytes + bytes > maxBytes) return false;
    this.#pieces.push(piece);
    this.#bytes += bytes;
    return true;
  }
}
