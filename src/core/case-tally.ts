import type { RunState, SiteState } from './run-state.ts';
import type { CheckVerdict } from './verdict.ts';

/** What a check is in the four words that JUnit has. */
export type CaseOutcome = 'passed' | 'failure' | 'error' | 'skipped';

/** Counts of test cases, as JUnit counts them: one case for each planned check of each planned site. */
export interface CaseTally {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

/** Did a limit on failures keep this site from being started? Its checks are then skipped, not in error. */
export function stoppedByBail(state: RunState, entry: SiteState): boolean {
  if (entry.verdict.verdict !== 'not-run' || entry.verdict.attempts > 0) return false;
  // Merged shards may each have stopped for a reason of their own: the site's tells which it was.
  const why = entry.verdict.checks[0]?.reason ?? '';
  const stop = state.stops.find(({ text }) => text.startsWith(why));
  return stop?.reason === 'max-failures' || stop?.reason === 'bail';
}

/**
 * A check's word in JUnit: not-run is an error, unless bail kept its site from starting. A failure that is excused is
 * skipped, as pytest writes an expected one: a CI server that counts failures then agrees with the exit code.
 */
export function caseOutcome(check: CheckVerdict, bailed: boolean, excused = false): CaseOutcome {
  if (excused && (check.status === 'failed' || check.status === 'errored')) return 'skipped';
  switch (check.status) {
    case 'passed':
      return 'passed';
    case 'failed':
      return 'failure';
    case 'skipped':
      return 'skipped';
    case 'not-run':
      return bailed ? 'skipped' : 'error';
    case 'errored':
      return 'error';
  }
}

/** Counts the test cases of a whole run, or of some of its sites. */
export function tallyCases(state: RunState, sites: Iterable<SiteState> = state.sites()): CaseTally {
  const tally = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  for (const entry of sites) {
    const bailed = stoppedByBail(state, entry);
    const excused = new Set(entry.excused?.map(({ title }) => title));
    for (const check of entry.verdict.checks) {
      tally.tests++;
      const outcome = caseOutcome(check, bailed, excused.has(check.title));
      if (outcome === 'failure') tally.failures++;
      if (outcome === 'error') tally.errors++;
      if (outcome === 'skipped') tally.skipped++;
    }
  }
  return tally;
}
