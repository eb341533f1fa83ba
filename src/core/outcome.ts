import type { RunState } from './run-state.ts';
import type { Verdict } from './verdict.ts';

/** What can be said of a run as a whole, as far as its exit code goes. */
export interface RunOutcome {
  /** Sites by verdict, as far as they gate: what the baseline or an expectation excuses is not counted as wrong. */
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly interrupted: boolean;
  readonly refused: boolean;
  readonly reportFailed: boolean;
  readonly bug: boolean;
  readonly failOnFlaky: boolean;
  /** Parts of what was planned are not there at all: a merge without one of its shards. */
  readonly incomplete?: boolean;
}

interface ExitRule {
  readonly code: number;
  readonly text: string;
  readonly holds: (outcome: RunOutcome) => boolean;
}

/** How the codes of what is wrong with the shards of a merge begin. */
const MERGE_FAULT = 'merge.';

/** The one table of exit codes: the first rule that holds gives the code, and the text names the others. */
const EXIT_RULES: readonly ExitRule[] = [
  { code: 70, text: 'a bug in gridrun', holds: (o) => o.bug },
  { code: 2, text: 'the command line, list, config or checks are wrong', holds: (o) => o.refused },
  { code: 130, text: 'interrupted', holds: (o) => o.interrupted },
  { code: 4, text: 'a report could not be written', holds: (o) => o.reportFailed },
  {
    code: 1,
    text: 'a check failed',
    holds: (o) => o.counts.failed > 0 || (o.failOnFlaky && o.counts.flaky > 0),
  },
  {
    code: 3,
    text: 'could not tell for every site',
    holds: (o) => o.counts.errored + o.counts['not-run'] > 0 || o.incomplete === true,
  },
];

/** The exit code of a run, and in words every reason that holds. */
export function exitOf(outcome: RunOutcome): { readonly code: number; readonly reasons: readonly string[] } {
  const held = EXIT_RULES.filter((rule) => rule.holds(outcome));
  return { code: held[0]?.code ?? 0, reasons: held.map((rule) => rule.text) };
}

/**
 * What the journal tells of a run as a whole. A journal without its last line is of a run that was cut off, which is
 * an interruption. `reportFailed` is the one thing that no journal knows.
 */
export function outcomeOf(state: RunState, reportFailed = false): RunOutcome {
  const faults = state.ended?.faults ?? [];
  return {
    counts: state.countedCounts(),
    // A run may have been stopped by a limit first, and by a person while it drained.
    interrupted: state.interrupted || state.stops.some((stop) => stop.reason === 'interrupted'),
    refused: false,
    reportFailed,
    bug: faults.some((fault) => fault.code === 'runner.bug'),
    failOnFlaky: state.started?.failOnFlaky ?? false,
    ...(faults.some((fault) => fault.code.startsWith(MERGE_FAULT)) ? { incomplete: true } : {}),
  };
}
