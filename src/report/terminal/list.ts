import { CHROME_NAMES } from '../../core/chrome.ts';
import type { RunEvent } from '../../core/event.ts';
import type { Reporter } from '../../core/ports.ts';
import type { SiteVerdict } from '../../core/verdict.ts';
import { LiveLines } from './live-lines.ts';
import { Progress } from './progress.ts';
import { siteLine } from './site-line.ts';
import { summaryText } from './summary.ts';
import type { TerminalSetup } from './terminal.ts';
import { terminalLine, terminalText } from './terminal-text.ts';

/** A line for each judged site, live progress below them on a terminal, and a summary. */
export class ListReporter implements Reporter {
  readonly #setup: TerminalSetup;
  readonly #progress: Progress;
  readonly #lines: LiveLines;

  constructor(setup: TerminalSetup) {
    this.#setup = setup;
    this.#progress = new Progress(setup.state);
    this.#lines = new LiveLines(setup, (columns, rows) => this.#live(columns, rows));
  }

  onEvent(event: RunEvent): void {
    this.#progress.onEvent(event);
    for (const line of this.#linesOf(event)) this.#lines.print(line);
    this.#lines.draw();
  }

  async finish(): Promise<void> {
    this.#lines.close();
    this.#setup.stream.write(summaryText(this.#setup));
  }

  /** On a terminal also a line for each busy session, in at most half of the rows. */
  #live(columns: number, rows: number): string {
    if (!this.#setup.isTTY) return this.#progress.text();
    const maxLines = Math.floor(rows / 2) - 1;
    return [...this.#progress.sessions(this.#setup.now(), columns, maxLines), this.#progress.text(columns)].join('\n');
  }

  /** Does this verdict get a line? Sites not run are only counted, because there may be thousands. */
  protected shows(verdict: SiteVerdict, amended: boolean): boolean {
    return amended || verdict.verdict !== 'not-run';
  }

  #linesOf(event: RunEvent): string[] {
    switch (event.type) {
      case 'run-started': {
        const sites = `${event.siteCount} ${event.siteCount === 1 ? 'site' : 'sites'}`;
        const checks = `${event.checks.length} ${event.checks.length === 1 ? 'check' : 'checks'}`;
        const chrome = event.chrome === undefined ? '' : ` (${CHROME_NAMES[event.chrome]})`;
        return [`gridrun ${event.gridrun}: ${sites} × ${checks}, grid ${terminalLine(event.grid)}${chrome}`];
      }
      case 'site-judged': {
        const amended = event.amended === true;
        return this.shows(event.verdict, amended) ? [siteLine(event.verdict, this.#setup.color, amended)] : [];
      }
      case 'check-output':
        return event.text
          .replace(/\r?\n$/, '')
          .split(/\r?\n/)
          .map((line) => `  [${event.siteId}] ${terminalText(line)}`);
      case 'notice':
        return [`${event.level === 'warning' ? 'warning' : 'note'}: ${terminalLine(event.text, 500)}`];
      case 'run-stopping':
        return [`stopping: ${terminalLine(event.text, 500)}`];
      default:
        return [];
    }
  }
}
