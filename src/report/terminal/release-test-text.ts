import { countOf } from '../../core/count-of.ts';
import type { ReleaseTest } from '../../core/release-test.ts';
import { releaseTestOf } from '../../core/release-test.ts';
import type { RunState } from '../../core/run-state.ts';
import { pText, releaseSentence } from '../../text/release-sentence.ts';
import { terminalLine } from './terminal-text.ts';

/** The terminal lists at most this many ids of sites. */
const MAX_IDS = 20;

/** What the build under test did to the list. No lines if it was not compared. */
export function releaseTestLines(state: RunState): string[] {
  const releaseTest = releaseTestOf(state);
  if (releaseTest === undefined) return [];
  const subject = state.extensions.get('subject');
  const control = state.extensions.get('control');
  const build = subject === undefined ? 'the build' : `${terminalLine(subject.name)} ${terminalLine(subject.version)}`;
  const other =
    control === undefined ? 'no extension' : `${terminalLine(control.name)} ${terminalLine(control.version)}`;
  const { broken, suspect = [], mended: fixed, failedInBoth, undecided, noisy = [], isComplete } = releaseTest;
  const sentence = releaseSentence(releaseTest);
  return [
    '',
    `${build} against ${other}:`,
    `  broke ${count(broken)}`,
    ...(suspect.length === 0 ? [] : [`  probably broke ${count(suspect)}`]),
    isComplete ? `  fixed ${count(fixed)}${byChance(fixed)}` : fixedInSample(fixed),
    `  failing ${control === undefined ? 'with and without the extension' : 'with both builds'}, so not caused by the build: ${count(failedInBoth)}`,
    ...(noisy.length === 0 ? [] : [`  failing now and then, not caused by the build: ${count(noisy)}`]),
    ...(undecided.length === 0 ? [] : [`  undecided: ${count(undecided)}`]),
    ...wholeListLines(releaseTest),
    ...(sentence === undefined ? [] : [`  in short: ${sentence}`]),
  ];
}

/** One load of each arm says little about one site. */
function byChance(fixed: readonly string[]): string {
  return fixed.length === 0 ? '' : '; each failed in one load without the build, some perhaps by chance';
}

function fixedInSample(fixed: readonly string[]): string {
  const hint = 'only --control-all looks for them on every site';
  return fixed.length === 0 ? `  fixed sites: ${hint}` : `  fixed ${count(fixed)} (in a sample; ${hint})`;
}

/** What the loads of all sites say together. */
function wholeListLines({ flakier, flakierThanBefore, slower, noise, test, isComplete }: ReleaseTest): string[] {
  const lines: string[] = [];
  if (flakier !== undefined && flakier.subjectOnly + flakier.controlOnly > 0)
    lines.push(
      `  flakier: ${flakier.subjectOnly} pairs of loads failed only with the build, ${flakier.controlOnly} only without it: p = ${pText(flakier.p)}`,
    );
  if (flakierThanBefore !== undefined) {
    const { siteCount, failedCount, expectedCount, p } = flakierThanBefore;
    lines.push(
      `  flakier than on earlier nights: ${failedCount} of ${siteCount} sites failed, ${expectedCount.toFixed(1)} to be expected: p = ${pText(p)}`,
    );
  }
  lines.push(
    slower === undefined
      ? '  slower: not measured (too few sites were tried with and without the build at random; see --control-sample)'
      : `  time of a site: ${percent(slower.ratio - 1)} with the build, on ${slower.siteCount} sites: p = ${pText(slower.p)}`,
  );
  if (noise !== undefined) lines.push(`  noise of this list: ${(100 * noise).toFixed(1)} % of the sites`);
  if (isComplete)
    lines.push(
      `  the builds differ on ${countOf(test.broken + test.mended, 'site')} (exact McNemar test): p = ${pText(test.p)}`,
    );
  return lines;
}

/** `+8 %` */
function percent(share: number): string {
  const whole = Math.round(100 * share);
  return `${whole > 0 ? '+' : ''}${whole} %`;
}

function count(ids: readonly string[]): string {
  if (ids.length === 0) return '0 sites';
  const shown = ids.slice(0, MAX_IDS).join(', ');
  const more = ids.length > MAX_IDS ? `, … and ${ids.length - MAX_IDS} more` : '';
  return `${ids.length} site${ids.length === 1 ? '' : 's'}: ${shown}${more}`;
}
