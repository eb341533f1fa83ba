import { join } from 'node:path';
import type { ReportOptions } from '../../core/options.ts';
import type { RunState } from '../../core/run-state.ts';
import { createReporters, withoutTerminal } from '../../report/create.ts';
import { Multiplexer, type ReportFailure } from '../../report/multiplexer.ts';
import type { TerminalStream } from '../../report/terminal/terminal.ts';
import type { Journal } from '../../results/journal.ts';
import { RESULTS_JSON } from '../../results/layout.ts';
import { ResultsJsonReporter } from '../../results/results-json.ts';
import type { RunFolder } from '../../results/run-folder.ts';
import type { RunHistory } from './history.ts';

/** Where terminal reporters write. Without one nothing is printed. */
export interface Terminal {
  readonly stream: TerminalStream;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly color: boolean;
  /** The command that started the run prints by itself how it ended. */
  readonly hasOwnEnding?: boolean;
}

/** What reports are made of. */
export interface ReportParts {
  readonly state: RunState;
  readonly folder: RunFolder;
  readonly journal: Journal;
  readonly history: RunHistory | undefined;
}

const HISTORY_REPORTER = 'history';

const SILENT: Terminal = { stream: { write: () => true }, isTTY: false, columns: 80, color: false };

/** The reporters of a run: results.json and the history always, then those that the options name. */
export function reportersOf(options: ReportOptions, terminal: Terminal | undefined, parts: ReportParts): Multiplexer {
  const { state, folder, journal, history } = parts;
  const named = createReporters(terminal === undefined ? withoutTerminal(options.reporters) : options.reporters, {
    state,
    ...(terminal ?? SILENT),
    now: Date.now,
    cwd: options.cwd,
    out: options.out,
    reportFailures: () => failuresOf(reporters, journal),
  });
  const reporters: Multiplexer = new Multiplexer(state, [
    { name: RESULTS_JSON, reporter: new ResultsJsonReporter(state, join(folder.path, RESULTS_JSON)) },
    ...(history === undefined ? [] : [{ name: HISTORY_REPORTER, reporter: history }]),
    ...named,
  ]);
  return reporters;
}

/** Whether the reporter of this name writes a file: `results.json`, `history`, `junit=out/junit.xml`. */
export function writesFile(name: string): boolean {
  return name === RESULTS_JSON || name === HISTORY_REPORTER || name.includes('=');
}

/** The reports that could not be written so far, and the journal if it could not be. */
export function failuresOf(reporters: Multiplexer, journal: Journal): readonly ReportFailure[] {
  const { failure } = journal;
  return failure === undefined ? reporters.failures : [...reporters.failures, { reporter: 'journal', error: failure }];
}
