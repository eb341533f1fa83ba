import { join } from 'node:path';
import type { RunOptions } from '../../core/options.ts';
import type { RunState } from '../../core/run-state.ts';
import { createReporters, withoutTerminal } from '../../report/create.ts';
import { Multiplexer } from '../../report/multiplexer.ts';
import type { TerminalStream } from '../../report/terminal/terminal.ts';
import type { Journal } from '../../results/journal.ts';
import { RESULTS_JSON } from '../../results/layout.ts';
import { ResultsJsonReporter } from '../../results/results-json.ts';
import type { RunFolder } from '../../results/run-folder.ts';
import type { RunHistory } from './history.ts';

/** Where terminal reporters write; a run without one prints nothing. */
export interface Terminal {
  readonly stream: TerminalStream;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly color: boolean;
}

interface ReportParts {
  readonly folder: RunFolder;
  readonly journal: Journal;
  readonly history: RunHistory;
}

/** The reporters of a run: results.json and the history always, then those that the options name. */
export function reportersOf(
  options: RunOptions,
  terminal: Terminal | undefined,
  state: RunState,
  parts: ReportParts,
): Multiplexer {
  const { folder, journal, history } = parts;
  const silent = { stream: { write: () => true }, isTTY: false, columns: 80, color: false };
  const asked = terminal === undefined ? withoutTerminal(options.reporters) : options.reporters;
  const failures = (): Multiplexer['failures'] => [
    ...multiplexer.failures,
    ...(journal.failure === undefined ? [] : [{ reporter: 'journal', error: journal.failure }]),
  ];
  const named = createReporters(asked, {
    state,
    ...(terminal ?? silent),
    now: Date.now,
    cwd: options.cwd,
    out: options.out,
    reportFailures: failures,
  });
  const results = { name: RESULTS_JSON, reporter: new ResultsJsonReporter(state, join(folder.path, RESULTS_JSON)) };
  const remembered = history.reporter === undefined ? [] : [history.reporter];
  const multiplexer: Multiplexer = new Multiplexer(state, [results, ...remembered, ...named]);
  return multiplexer;
}
