import { createLogUpdate } from 'log-update';
import type { TerminalSetup } from './terminal.ts';

const LIVE_EVERY_MS = 100;
const PLAIN_EVERY_MS = 10_000;

/**
 * Lines that stay, and below them, on a terminal, one that is drawn anew; elsewhere that one is written as a line of
 * its own now and then, so that a CI log shows that the run is alive.
 */
export class LiveLines {
  readonly #setup: TerminalSetup;
  readonly #status: () => string;
  readonly #everyMs: number;
  readonly #log: ReturnType<typeof createLogUpdate> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pending: string[] = [];
  #drawnAt: number;
  #closed = false;

  /** @param status what the live line says now; asked whenever it is drawn */
  constructor(setup: TerminalSetup, status: () => string) {
    this.#setup = setup;
    this.#status = status;
    this.#everyMs = setup.isTTY ? LIVE_EVERY_MS : PLAIN_EVERY_MS;
    this.#drawnAt = setup.now();
    if (setup.isTTY) this.#log = createLogUpdate(ttyStream(setup), { showCursor: true });
    const refreshMs = setup.refreshMs ?? this.#everyMs;
    // A display never keeps the process alive.
    if (refreshMs > 0) this.#timer = setInterval(() => this.draw(), refreshMs).unref();
  }

  /** Writes a line that stays. */
  print(line: string): void {
    if (this.#log === undefined) this.#setup.stream.write(`${line}\n`);
    else this.#pending.push(line);
  }

  /** Draws what is new, unless it was drawn just now. */
  draw(): void {
    const now = this.#setup.now();
    if (this.#closed || now - this.#drawnAt < this.#everyMs) return;
    this.#drawnAt = now;
    if (this.#log === undefined) {
      this.#setup.stream.write(`… ${this.#status()}\n`);
      return;
    }
    this.#flush(this.#log);
    this.#log(this.#status());
  }

  /** Takes the live line away and writes what is left. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    if (this.#log === undefined) return;
    this.#log.clear();
    this.#flush(this.#log);
  }

  #flush(log: ReturnType<typeof createLogUpdate>): void {
    if (this.#pending.length > 0) log.persist(this.#pending.join('\n'));
    this.#pending = [];
  }
}

/** The stream as log-update wants it; a terminal may change its size while the run goes on. */
function ttyStream({ stream, columns }: TerminalSetup): NodeJS.WritableStream {
  const tty = {
    write: (text: string) => stream.write(text),
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
