import { GridrunError } from '../../core/fault.ts';
import { exitOf, outcomeOf } from '../../core/outcome.ts';
import { isResumable } from '../../core/stop.ts';
import { JUNIT_XML, REPORT_HTML, RESULTS_JSON } from '../../results/layout.ts';
import { reportName, type ReportFailure } from '../multiplexer.ts';
import type { TerminalSetup } from './terminal.ts';
import { terminalLine } from './terminal-text.ts';

/** The last lines of a run: its exit code, the report if it was written, and last what to do next. */
export function exitLines(setup: TerminalSetup, failures: readonly ReportFailure[]): string[] {
  const { state, out, hasOwnEnding = false } = setup;
  const { code, reasons } = exitOf(outcomeOf(state, failures.length > 0));
  const report = writtenReports(out, failures)[0];
  const lines = report === undefined ? [] : [`report: ${report}`];
  if (code === 0 || hasOwnEnding) return lines;
  return [`exit ${code}: ${reasons.join('; also: ')}`, ...lines, ...nextSteps(state, out, failures)];
}

/** What could not be written, and why. */
export function failureLine({ reporter, error }: ReportFailure): string {
  // The journal's own message names it, and it is no report.
  if (isJournal({ reporter, error }) && error instanceof GridrunError) return terminalLine(error.message, 500);
  return `the report ${reporter} could not be written: ${terminalLine(String(error))}`;
}

/** The reports of the results folder that were written, the shortest first. */
export function writtenReports(out: string, failures: readonly ReportFailure[]): string[] {
  const failed = new Set(failures.map(({ reporter }) => reporter));
  return [
    ...(failed.has(reportName('junit', `${out}/${JUNIT_XML}`)) ? [] : [`${out}/${JUNIT_XML}`]),
    ...(failed.has(reportName('html', `${out}/${REPORT_HTML}`)) ? [] : [`${out}/${REPORT_HTML}`]),
  ];
}

function nextSteps(state: TerminalSetup['state'], out: string, failures: readonly ReportFailure[]): string[] {
  const journal = failures.find(isJournal);
  // Without a whole journal nothing can be made of this run but its rest.
  if (journal !== undefined)
    return journal.error instanceof GridrunError && journal.error.hint !== undefined ? [journal.error.hint] : [];
  const isMissing =
    writtenReports(out, failures).length < 2 || failures.some(({ reporter }) => reporter === RESULTS_JSON);
  const again = isMissing ? [`to write the reports again: gridrun merge-reports ${out} --out <another folder>`] : [];
  if (state.interrupted || isResumable(state.ended?.stopped))
    return [
      ...again,
      // The list of a rerun is what failed then, so it has no plan to resume. Its rest did not pass.
      state.started?.lastFailed === true
        ? 'to go on: gridrun --last-failed with the same flags'
        : 'to resume: gridrun --resume with the same flags',
    ];
  const { failed, errored, 'not-run': notRun } = state.counts();
  if (failed + errored + notRun === 0 || isReplay(state)) return again;
  const inShell = state.started?.chrome === 'shell' && failed + errored > 0;
  return [
    ...again,
    'to rerun only these: gridrun --last-failed with the same flags',
    ...(inShell ? ['to try them in full Chrome: add --chrome full'] : []),
  ];
}

/** Its sites are recordings, which `--last-failed` does not know. */
function isReplay(state: TerminalSetup['state']): boolean {
  for (const { verdict } of state.sites()) if (verdict.replay !== undefined) return true;
  return false;
}

function isJournal({ reporter }: ReportFailure): boolean {
  return reporter === 'journal';
}
