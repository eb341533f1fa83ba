import { createLogUpdate } from 'log-update';
import type { TerminalSetup, TerminalStream } from './terminal.ts';

const LIVE_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;
const USUAL_ROWS = 24;

/**
 * Lines that stay and, below them on a terminal, lines that are redrawn. Elsewhere the status gets a line of its own from
 * time to time, so that a CI log shows that the run is alive.
 */
export class LiveLines {
  readonly #setup: TerminalSetup;
  readonly #status: (columns: number, rows: number) => string;
  readonly #frame: Frame;
  readonly #everyMs: number;
  readonly #log: ReturnType<typeof createLogUpdate> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pending: string[] = [];
  #drawnAt: number;
  #closed = false;

  /** @param status returns the live lines for a terminal of that size; called each time they are drawn */
  constructor(setup: TerminalSetup, status: (columns: number, rows: number) => string) {
    this.#setup = setup;
    this.#frame = new Frame(setup.stream);
    this.#status = status;
    this.#everyMs = setup.isTTY ? LIVE_EVERY_MS : PLAIN_EVERY_MS;
    this.#drawnAt = setup.now();
    if (setup.isTTY) this.#log = createLogUpdate(ttyStream(setup, this.#frame), { showCursor: true });
    const refreshMs = setup.refreshMs ?? this.#everyMs;
    // A display never keeps the process alive.
    if (refreshMs > 0) this.#timer = setInterval(() => this.draw(), refreshMs).unref();
  }

  /** Writes a line that stays. */
  print(line: string): void {
    if (this.#log === undefined) this.#setup.stream.write(`${line}\n`);
    else this.#pending.push(line);
  }

  /** Draws the lines, unless they were drawn just now. */
  draw(): void {
    const now = this.#setup.now();
    if (this.#closed || now - this.#drawnAt < this.#everyMs) return;
    this.#drawnAt = now;
    if (this.#log === undefined) {
      this.#setup.stream.write(`… ${this.#text()}\n`);
      return;
    }
    this.#flush(this.#log);
    this.#log(this.#text());
    this.#frame.send();
  }

  /** Removes the live lines and writes the pending ones. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    if (this.#log === undefined) return;
    this.#log.clear();
    this.#flush(this.#log);
    this.#frame.send();
  }

  #text(): string {
    const { stream, columns } = this.#setup;
    return this.#status(stream.columns ?? columns, stream.rows ?? USUAL_ROWS);
  }

  #flush(log: ReturnType<typeof createLogUpdate>): void {
    if (this.#pending.length > 0) {
      log.clear();
      // Not with log-update, which breaks lines within words. The terminal wraps long lines itself.
      this.#frame.write(`${this.#pending.join('\n')}\n`);
    }
    this.#pending = [];
  }
}

/** Sends what one drawing writes at once, so that a terminal never shows half of it. */
class Frame {
  readonly #stream: TerminalStream;
  #text = '';

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  write(text: string): true {
    this.#text += text;
    return true;
  }

  send(): void {
    if (this.#text !== '') this.#stream.write(this.#text);
    this.#text = '';
  }
}

/** The stream in log-update's form. A terminal may change its size during the run. */
function ttyStream({ stream, columns }: TerminalSetup, frame: Frame): NodeJS.WritableStream {
  const tty = {
    write: (text: string) => frame.write(text),
    isTTY: true,
    get columns(): number {
      return stream.columns ?? columns;
    },
    get rows(): number | undefined {
      return stream.rows;
    },
  };
  return tty as unknown as NodeJS.WritableStream;
}
