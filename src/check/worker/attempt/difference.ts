import Mocha from 'mocha';
import { fieldOf } from '../../../core/as-error.ts';
import { isSmall } from '../../../core/value-size.ts';

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
    return Mocha.reporters.Base.generateDiff(shown(actual), shown(expected));
  } catch {
    return '';
  }
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : Mocha.utils.stringify(value);
}
