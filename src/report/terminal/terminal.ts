import type { RunState } from '../../core/run-state.ts';
import type { ReportFailure } from '../multiplexer.ts';

/** Where a terminal reporter writes. */
export interface TerminalStream {
  write(text: string): unknown;
  /** As wide as the terminal is now, where the stream knows. */
  readonly columns?: number;
  readonly rows?: number;
}

/** What every terminal reporter is given. */
export interface TerminalSetup {
  readonly state: RunState;
  readonly stream: TerminalStream;
  readonly isTTY: boolean;
  readonly columns: number;
  /** Colours, where the terminal wants them. */
  readonly color: boolean;
  /** ms since the epoch */
  readonly now: () => number;
  /** How often live text is drawn anew, in ms; 0 draws only on events, for tests. The default fits the stream. */
  readonly refreshMs?: number;
  /** The results folder as the user may type it. */
  readonly out: string;
  /** Reports that could not be written, as far as is known. */
  readonly reportFailures: () => readonly ReportFailure[];
  /** What a person should know of the reports. */
  readonly reportNotes?: () => readonly string[];
}
