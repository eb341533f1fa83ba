import type { RunState } from '../../core/run-state.ts';
import { releaseTestOf } from '../../core/release-test.ts';
import { terminalLine } from './terminal-text.ts';

/** The terminal lists at most this many ids of sites. */
const MAX_IDS = 20;

/** What the build under test broke and fixed. No lines if it was not compared. */
export function releaseTestLines(state: RunState): string[] {
  const releaseTest = releaseTestOf(state);
  if (releaseTest === undefined) return [];
  const subject = state.extensions.get('subject');
  const control = state.extensions.get('control');
  const build = subject === undefined ? 'the build' : `${terminalLine(subject.name)} ${terminalLine(subject.version)}`;
  const other =
    control === undefined ? 'no extension' : `${terminalLine(control.name)} ${terminalLine(control.version)}`;
  const { broken, mended: fixed, failedInBoth, undecided, test, isComplete } = releaseTest;
  return [
    '',
    `${build} against ${other}:`,
    `  broke ${count(broken)}`,
    isComplete ? `  fixed ${count(fixed)}` : '  fixed sites: not looked for (use --control-all)',
    `  failing ${control === undefined ? 'with and without the extension' : 'with both builds'}, so not caused by the build: ${count(failedInBoth)}`,
    ...(undecided.length === 0 ? [] : [`  undecided: ${count(undecided)}`]),
    `  exact McNemar test over ${test.broken + test.mended} discordant sites: p = ${pText(test.p)}`,
  ];
}

function count(ids: readonly string[]): string {
  if (ids.length === 0) return '0 sites';
  const shown = ids.slice(0, MAX_IDS).join(', ');
  const more = ids.length > MAX_IDS ? `, … and ${ids.length - MAX_IDS} more` : '';
  return `${ids.length} site${ids.length === 1 ? '' : 's'}: ${shown}${more}`;
}

function pText(p: number): string {
  return p >= 0.001 ? p.toFixed(3) : p.toExponential(1);
}
