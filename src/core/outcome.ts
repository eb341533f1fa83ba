import { isCode } from './error-codes.ts';
import type { Fault } from './fault.ts';
import type { RunState } from './run-state.ts';
import type { Verdict } from './verdict.ts';

/** The facts of a run that decide its exit code. */
export interface RunOutcome {
  /** Sites by verdict. Failures that the baseline or an expectation excuses are not counted. */
  readonly counts: Readonly<Record<Verdict, number>>;
  readonly interrupted: boolean;
  readonly refused: boolean;
  readonly reportFailed: boolean;
  readonly bug: boolean;
  readonly failOnFlaky: boolean;
  /** A part of the plan is missing, such as a shard of a merge. */
  readonly incomplete?: boolean;
}

interface ExitRule {
  readonly code: number;
  readonly text: string;
  readonly holds: (outcome: RunOutcome) => boolean;
  /** The reasons, if the text is not the only one. */
  readonly reasons?: (outcome: RunOutcome) => readonly string[];
}

/** The prefix of the codes for faulty shards in a merge. */
const MERGE_FAULT = 'merge.';

/** The one table of exit codes. The first rule that holds gives the code; the texts of the others are reasons too. */
const EXIT_RULES: readonly ExitRule[] = [
  { code: 70, text: 'a bug in gridrun', holds: (o) => o.bug },
  { code: 2, text: 'wrong flags, site list, config or checks', holds: (o) => o.refused },
  { code: 130, text: 'interrupted', holds: (o) => o.interrupted },
  { code: 4, text: 'a report could not be written', holds: (o) => o.reportFailed },
  {
    code: 1,
    text: 'a check failed, or was flaky with --fail-on-flaky',
    holds: (o) => o.counts.failed > 0 || isFailedByFlaky(o),
    reasons: (o) => [
      ...(o.counts.failed > 0 ? ['a check failed'] : []),
      ...(isFailedByFlaky(o) ? ['a check was flaky (--fail-on-flaky)'] : []),
    ],
  },
  {
    code: 3,
    text: 'some sites errored or were not run',
    holds: (o) => o.counts.errored + o.counts['not-run'] > 0 || o.incomplete === true,
  },
];

/** Every exit code with its meaning, the strongest first. */
export const EXIT_CODES: readonly { readonly code: number; readonly text: string }[] = [
  ...EXIT_RULES,
  { code: 0, text: 'nothing failed, apart from known failures' },
];

/** The exit code of a run, and every reason that holds, as text. */
export function exitOf(outcome: RunOutcome): { readonly code: number; readonly reasons: readonly string[] } {
  const held = EXIT_RULES.filter((rule) => rule.holds(outcome));
  return { code: held[0]?.code ?? 0, reasons: held.flatMap((rule) => rule.reasons?.(outcome) ?? rule.text) };
}

function isFailedByFlaky({ failOnFlaky, counts }: RunOutcome): boolean {
  return failOnFlaky && counts.flaky > 0;
}

/** Do these faults of a merge say that a part of the plan is missing? */
export function isIncomplete(faults: readonly Fault[]): boolean {
  return faults.some(({ code }) => code.startsWith(MERGE_FAULT));
}

/**
 * The outcome that a journal records. A journal without its last line belongs to a run that was cut off, which counts
 * as interrupted. `reportFailed` is the one fact that no journal holds.
 */
export function outcomeOf(state: RunState, reportFailed = false): RunOutcome {
  const faults = state.ended?.faults ?? [];
  return {
    counts: state.countedCounts(),
    // A limit may have stopped the run first, and a person while it drained.
    interrupted: state.interrupted || state.stops.some((stop) => stop.reason === 'interrupted'),
    refused: false,
    reportFailed,
    bug: faults.some((fault) => isCode(fault.code, 'runner.bug')),
    failOnFlaky: state.started?.failOnFlaky ?? false,
    ...(isIncomplete(faults) ? { incomplete: true } : {}),
  };
}
