import { needsAttention, verdictOfCheck, type CheckVerdict, type SiteVerdict } from '../../core/verdict.ts';
import { durationText } from '../../text/duration-text.ts';
import { terminalLine, terminalTitle } from './terminal-text.ts';
import { verdictMark } from './verdict-mark.ts';

/** One site on one line: its mark, id, duration, attempts, and its first failure. */
export function siteLine(verdict: SiteVerdict, color: boolean, amended = false): string {
  const facts = [
    ...(verdict.verdict === 'passed' ? [] : [verdict.verdict]),
    durationText(verdict.durationMs),
    ...(verdict.attempts > 1 ? [`${verdict.attempts} attempts`] : []),
    ...(amended ? ['amended'] : []),
  ];
  const [first] = wrongChecks(verdict);
  const why = first === undefined ? '' : `: ${terminalTitle(first.title, 100)}: ${terminalLine(whyWrong(first))}`;
  return `${verdictMark(verdict.verdict, color)} ${verdict.siteId} (${facts.join(', ')})${why}`;
}

/** The checks that need attention: failed and errored ones first, then flaky ones. */
export function wrongChecks({ checks }: SiteVerdict): readonly CheckVerdict[] {
  const wrong = checks.filter((check) => needsAttention(verdictOfCheck(check)));
  return [...wrong.filter((check) => !check.flaky), ...wrong.filter((check) => check.flaky)];
}

/** Why a check is not passed. */
export function whyWrong(check: CheckVerdict): string {
  return check.fault?.message ?? check.reason ?? (check.flaky ? 'failed until mocha retried it' : 'no reason recorded');
}
