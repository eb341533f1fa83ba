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

/** Feeds one fold and every reporter. A reporter that throws is left out from then on; the others do not notice. */
export class Multiplexer implements Reporter {
  readonly failures: ReportFailure[] = [];
  readonly #state: RunState;
  #reporters: readonly NamedReporter[];

  /** @param reporters in the order in which they finish: what tells of the others' failures comes last */
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

  /** Never throws: what went wrong is in `failures`. */
  async finish(): Promise<void> {
    for (const { name, reporter } of this.#reporters) {
      try {
        await reporter.finish?.();
      } catch (error) {
        this.#drop(name, reporter, error);
      }
    }
  }

  #drop(name: string, reporter: Reporter, error: unknown): void {
    this.failures.push({ reporter: name, error });
    this.#reporters = this.#reporters.filter((known) => known.reporter !== reporter);
  }
}
