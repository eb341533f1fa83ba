import type { Answer, Cause } from './blame.ts';
import { CHECK_CODES } from './error-codes/check-codes.ts';
import type { Codes } from './error-codes/code-meaning.ts';
import { EXTENSION_CODES } from './error-codes/extension-codes.ts';
import { GRID_CODES } from './error-codes/grid-codes.ts';
import { INPUT_CODES } from './error-codes/input-codes.ts';
import { RESULTS_CODES } from './error-codes/results-codes.ts';
import { RUN_CODES } from './error-codes/run-codes.ts';
import { SITE_CODES } from './error-codes/site-codes.ts';

export type { CodeMeaning } from './error-codes/code-meaning.ts';

/** Every code that gridrun uses, and what it means. A code never changes its meaning. */
export const ERROR_CODES = {
  ...SITE_CODES,
  ...CHECK_CODES,
  ...EXTENSION_CODES,
  ...GRID_CODES,
  ...INPUT_CODES,
  ...RUN_CODES,
  ...RESULTS_CODES,
} as const satisfies Codes;

export type ErrorCode = keyof typeof ERROR_CODES;

declare const NEWER: unique symbol;

/** A code that this version does not have. Only a journal that a newer gridrun wrote holds one. */
type NewerCode = string & { readonly [NEWER]: true };

/** The code of a fault or a notice. The type takes no literal that is not in `ERROR_CODES`, so a typo does not compile. */
export type RecordedCode = ErrorCode | NewerCode;

/** Whether a recorded code is one of these. Use it instead of `===`, which would accept a misspelled code. */
export function isCode(recorded: RecordedCode | undefined, ...codes: readonly ErrorCode[]): boolean {
  return codes.some((code) => code === recorded);
}

/** The codes of bad input: the run is refused before it starts. */
export type RefusalCode = {
  [Code in ErrorCode]: (typeof ERROR_CODES)[Code]['answer'] extends 'refuse' ? Code : never;
}[ErrorCode];

/** Whom an error of this code blames. If it blames `input` or `nobody`, the cause is the runner. */
export function blamedBy(code: ErrorCode): Cause {
  const { blames } = ERROR_CODES[code];
  return blames === 'input' || blames === 'nobody' ? 'runner' : blames;
}

/** What gridrun does about an error of this code. A `note` that is thrown is reported. */
export function answerTo(code: ErrorCode): Answer {
  const { answer } = ERROR_CODES[code];
  return answer === 'note' ? 'report' : answer;
}

/** Does the code say that evidence could not be written? The check itself has no answer then. */
export function isEvidenceCode(code: RecordedCode): boolean {
  return code === 'evidence.disk-full' || code === 'evidence.write';
}
