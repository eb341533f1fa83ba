import { needsAttention, type Verdict } from '../src/core/verdict.ts';

export { durationText } from '../src/text/duration-text.ts';

/** Worst first. */
export const VERDICTS: readonly Verdict[] = ['failed', 'errored', 'not-run', 'flaky', 'skipped', 'passed'];

/** The verdicts that the data's letters stand for. */
const OF_LETTER: Readonly<Record<string, Verdict>> = {
  p: 'passed',
  '~': 'flaky',
  f: 'failed',
  e: 'errored',
  s: 'skipped',
  n: 'not-run',
};

const MARKS: Readonly<Record<Verdict, string>> = {
  passed: '✓',
  flaky: '±',
  failed: '✗',
  errored: '!',
  skipped: '–',
  'not-run': '?',
};

export function verdictOfLetter(letter: string | undefined): Verdict | undefined {
  return OF_LETTER[letter ?? ''];
}

export function markOf(verdict: Verdict): string {
  return MARKS[verdict];
}

/** Whether it needs attention, or was not run. */
export function isBad(verdict: Verdict | undefined): boolean {
  return verdict !== undefined && (needsAttention(verdict) || verdict === 'not-run');
}

/** A time of day in the reader's time zone. */
export function timeText(at: number): string {
  return new Date(at).toLocaleTimeString(undefined, { hour12: false });
}

export function dateText(at: number): string {
  return new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export function countText(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

export function percentText(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 && share > 0 ? 1 : 0)} %`;
}

/** The first line of a text that may be long. */
export function firstLine(text: string): string {
  return (text.trimStart().split('\n', 1)[0] ?? '').slice(0, 300);
}
