import type { RunEvent } from '../core/event.ts';
import type { Reporter } from '../core/ports.ts';
import type { RunState } from '../core/run-state.ts';

/** A report that could not be written. */
export interface ReportFailure {
  readonly reporter: string;
  readonly error: unknown;
}

export interface NamedReporter {
  readonly name: string;
  readonly reporter: Reporter;
}

/** The name of a reporter that writes a file, as a failure has it. */
export function reportName(reporter: 'junit' | 'html', path: string): string {
  return `${reporter}=${path}`;
}

/** Gives each event to the state and to every reporter. Drops a reporter that throws; the others go on. */
export class Multiplexer implements Reporter {
  readonly failures: ReportFailure[] = [];
  readonly #state: RunState;
  #reporters: readonly NamedReporter[];

  /** @param reporters in the order in which they finish. Put last the reporters that list the failures of the others. */
  constructor(state: RunState, reporters: readonly NamedReporter[]) {
    this.#state = state;
    this.#reporters = reporters;
  }

  onEvent(event: RunEvent): void {
    this.#state.apply(event);
    for (const { name, reporter } of this.#reporters) {
      try {
        reporter.onEvent?.(event);
      } catch (error) {
        this.#drop(name, reporter, error);
      }
    }
  }

  /** Never throws. `failures` has what went wrong. */
  async finish(): Promise<void> {
    for (const { name, reporter } of this.#reporters) {
      try {
        await reporter.finish?.();
      } catch (error) {
        this.#drop(name, reporter, error);
      }
    }
  }

  /** Drops each of these reporters, before it writes. */
  drop(isDropped: (name: string) => boolean, error: unknown): void {
    for (const { name, reporter } of this.#reporters) if (isDropped(name)) this.#drop(name, reporter, error);
  }

  #drop(name: string, reporter: Reporter, error: unknown): void {
    this.failures.push({ reporter: name, error });
    this.#reporters = this.#reporters.filter((known) => known.reporter !== reporter);
  }
}
