import type { RunState, SiteState } from '../../core/run-state.ts';
import { countedVerdict } from '../../core/gate.ts';
import type { CheckExcuse } from '../../core/verdict.ts';
import { terminalLine } from './terminal-text.ts';
import { verdictMark } from './verdict-mark.ts';

const MAX_SITES = 10;

/** Are all failures of this site known? */
export function isWhollyExcused({ verdict, excused }: SiteState): boolean {
  return (
    excused !== undefined && excused.length > 0 && ['passed', 'skipped'].includes(countedVerdict(verdict, excused))
  );
}

/** Why a failure does not count. */
export function excuseText({ by, text }: CheckExcuse): string {
  return `${by === 'expectation' ? 'expected' : 'known'}: ${terminalLine(text)}`;
}

/** The sites with only known failures, each with the reasons. */
export function excusedLines(state: RunState, color: boolean): string[] {
  const excused = [...state.sites()].filter(isWhollyExcused);
  if (excused.length === 0) return [];
  const lines = excused.slice(0, MAX_SITES).map(({ site, verdict, excused: checks }) => {
    const reasons = [...new Set((checks ?? []).map(excuseText))];
    return `    ${verdictMark(verdict.verdict, color)} ${site.id} (${verdict.verdict}): ${reasons.slice(0, 3).join('; ')}`;
  });
  const rest = excused.length - MAX_SITES;
  const heading = excused.length === 1 ? '1 site has' : `${excused.length} sites have`;
  return ['', `${heading} only known failures`, ...lines, ...(rest > 0 ? [`    … and ${rest} more`] : [])];
}
