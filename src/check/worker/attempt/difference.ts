import Mocha from 'mocha';
import { fieldOf } from '../../../core/as-error.ts';
import { isSmall } from '../../../core/value-size.ts';

/** Two texts of so many lines are compared in a few milliseconds. */
const MAX_LINES = 200;
const LINES_BEFORE = 3;

/**
 * The lines that differ, as mocha shows them. Empty if there is nothing to compare, or too much: making text of a large
 * graph would hold the process. node:assert has the difference in its message already.
 */
export function differenceOf(error: Error): string {
  const [actual, expected, showDiff, code] = ['actual', 'expected', 'showDiff', 'code'].map((name) =>
    fieldOf(error, name),
  );
  if (showDiff === false || expected === undefined || code === 'ERR_ASSERTION' || typeof actual !== typeof expected)
    return '';
  if (typeof actual !== 'string' && !(isSmall(actual) && isSmall(expected))) return '';
  Mocha.reporters.Base.useColors = false;
  try {
    return Mocha.reporters.Base.generateDiff(...differing(shown(actual), shown(expected)));
  } catch {
    return '';
  }
}

/**
 * The two texts from a little before the first line that differs, and no more lines than can be compared at once: the time
 * grows with the square of their number.
 */
function differing(actual: string, expected: string): [string, string] {
  const [lines, others] = [actual.split('\n'), expected.split('\n')];
  if (Math.max(lines.length, others.length) <= MAX_LINES) return [actual, expected];
  const first = lines.findIndex((line, index) => line !== others[index]);
  const start = Math.max(0, (first < 0 ? lines.length : first) - LINES_BEFORE);
  const part = (all: readonly string[]): string =>
    [...(start > 0 ? [`… ${start} lines`] : []), ...all.slice(start, start + MAX_LINES), '… more lines'].join('\n');
  return [part(lines), part(others)];
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : Mocha.utils.stringify(value);
}
