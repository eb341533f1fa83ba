import type { RunState, SiteState } from './run-state.ts';
import { isFailing, type CheckVerdict, type SiteVerdict } from './verdict.ts';

/** The outcome of a test case, in the four words of JUnit. */
export type CaseOutcome = 'passed' | 'failure' | 'error' | 'skipped';

/** Counts of test cases, as JUnit counts them: one case for each planned check of each planned site. */
export interface CaseTally {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly skipped: number;
}

/** Whether `--max-failures` or `--bail` kept the site from starting. Its checks are then skipped, not in error. */
export function stoppedByBail({ stoppedBy, attempts }: SiteVerdict): boolean {
  return stoppedBy === 'max-failures' && attempts === 0;
}

/**
 * The outcome of a check of a site. A not-run check is an error, unless bail kept its site from starting. An excused
 * failure is skipped, as pytest reports an expected one, so a CI server that counts failures agrees with the exit code.
 */
export function caseOutcome(check: CheckVerdict, { verdict, excused }: SiteState): CaseOutcome {
  if (isFailing(check.status) && excused?.some(({ title }) => title === check.title) === true) return 'skipped';
  switch (check.status) {
    case 'passed':
      return 'passed';
    case 'failed':
      return 'failure';
    case 'skipped':
      return 'skipped';
    case 'not-run':
      return stoppedByBail(verdict) ? 'skipped' : 'error';
    case 'errored':
      return 'error';
  }
}

/** Counts the test cases of a whole run, or of some of its sites. */
export function tallyCases(state: RunState, sites: Iterable<SiteState> = state.sites()): CaseTally {
  const tally = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  for (const entry of sites) {
    for (const check of entry.verdict.checks) {
      tally.tests++;
      const outcome = caseOutcome(check, entry);
      if (outcome === 'failure') tally.failures++;
      if (outcome === 'error') tally.errors++;
      if (outcome === 'skipped') tally.skipped++;
    }
  }
  return tally;
}
