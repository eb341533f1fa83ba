import { styleText } from 'node:util';
import type { Verdict } from '../../core/verdict.ts';

type Color = 'green' | 'yellow' | 'red' | 'magenta' | 'gray';

const MARKS: Readonly<Record<Verdict, { readonly mark: string; readonly letter: string; readonly color: Color }>> = {
  passed: { mark: '✓', letter: '·', color: 'green' },
  flaky: { mark: '±', letter: '±', color: 'yellow' },
  failed: { mark: '✗', letter: 'F', color: 'red' },
  errored: { mark: '!', letter: 'E', color: 'magenta' },
  skipped: { mark: '-', letter: 's', color: 'gray' },
  'not-run': { mark: '?', letter: '?', color: 'gray' },
};

/** The mark of a verdict at the start of a line. */
export function verdictMark(verdict: Verdict, color: boolean): string {
  return painted(MARKS[verdict].mark, MARKS[verdict].color, color);
}

/** The verdict as one character. */
export function verdictLetter(verdict: Verdict, color: boolean): string {
  return painted(MARKS[verdict].letter, MARKS[verdict].color, color);
}

function painted(text: string, style: Color, color: boolean): string {
  return color ? styleText(style, text, { validateStream: false }) : text;
}
