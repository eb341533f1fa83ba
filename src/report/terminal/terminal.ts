import type { RunState } from '../../core/run-state.ts';
import type { ReportFailure } from '../multiplexer.ts';

/** Where a terminal reporter writes. */
export interface TerminalStream {
  write(text: string): unknown;
  /** The terminal's width now, if the stream knows it. */
  readonly columns?: number;
  readonly rows?: number;
}

/** What every terminal reporter gets. */
export interface TerminalSetup {
  readonly state: RunState;
  readonly stream: TerminalStream;
  readonly isTTY: boolean;
  readonly columns: number;
  /** Write colors? */
  readonly color: boolean;
  /** The command that started the run prints by itself how it ended. */
  readonly hasOwnEnding?: boolean;
  /** ms since the epoch */
  readonly now: () => number;
  /** How often live text is redrawn, in ms. 0 redraws only on events, for tests. The default fits the stream. */
  readonly refreshMs?: number;
  /** The results folder, as the user would type it. */
  readonly out: string;
  /** Reports that could not be written so far. */
  readonly reportFailures: () => readonly ReportFailure[];
  /** What a person should know about the reports. */
  readonly reportNotes?: () => readonly string[];
}
