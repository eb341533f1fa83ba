import type { RunEvent } from '../core/event.ts';
import type { Reporter } from '../core/ports.ts';
import type { TerminalStream } from './terminal/terminal.ts';

/** The events as they are in the journal, one JSON object a line, and nothing else. */
export class JsonReporter implements Reporter {
  readonly #stream: TerminalStream;

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  onEvent(event: RunEvent): void {
    this.#stream.write(`${JSON.stringify(event)}\n`);
  }
}
