import type { RunEvent } from '../../core/event.ts';
import type { Reporter } from '../../core/ports.ts';
import { summaryText } from './summary.ts';
import type { TerminalSetup } from './terminal.ts';
import { terminalLine } from './terminal-text.ts';
import { verdictLetter } from './verdict-mark.ts';

/** One character for each site, warnings, and a summary. */
export class DotReporter implements Reporter {
  readonly #setup: TerminalSetup;
  #column = 0;

  constructor(setup: TerminalSetup) {
    this.#setup = setup;
  }

  onEvent(event: RunEvent): void {
    if (event.type === 'notice' && event.level === 'warning') this.#warn(event.text);
    if (event.type !== 'site-judged' || event.amended === true) return;
    this.#setup.stream.write(verdictLetter(event.verdict.verdict, this.#setup.color));
    this.#column = (this.#column + 1) % Math.max(1, this.#setup.columns);
    if (this.#column === 0) this.#setup.stream.write('\n');
  }

  #warn(text: string): void {
    this.#setup.stream.write(`${this.#column === 0 ? '' : '\n'}warning: ${terminalLine(text, 500)}\n`);
    this.#column = 0;
  }

  async finish(): Promise<void> {
    this.#setup.stream.write(`\n${summaryText(this.#setup)}`);
  }
}
