import { isCode, answerTo, blamedBy, type ErrorCode } from '../../src/core/error-codes.ts';
import type { Cause } from '../../src/core/fault.ts';

/** What came of a fault, or must come of it. An absent field is not compared. */
export interface Ending {
  /** The verdict of the site that the fault hit; `refused` if the run did not start, `none` without results. */
  readonly verdict: string;
  readonly cause?: Cause | '';
  /** Of the verdict, or of the first attempt if a later one passed. */
  readonly code?: string;
  readonly attempts?: number;
  readonly exit?: number | null;
}

/** One attempt, and the two of `--infra-retries`. */
const MAX_ATTEMPTS = 3;

/** A code of the grid that refuses a run at its start costs a site only an attempt in the middle of one. */
function isTriedAgain(code: ErrorCode): boolean {
  return answerTo(code) === 'retry' || (answerTo(code) === 'refuse' && blamedBy(code) === 'grid');
}

/** The fault comes back each time: the table of codes decides the verdict, the cause, and how often the site is tried. */
export function always(code: ErrorCode): Ending {
  const cause = blamedBy(code);
  const isAgain = isTriedAgain(code);
  // An attempt that is tried again has no answer, whoever is to blame for that.
  const verdict = !isAgain && (cause === 'check' || cause === 'extension') ? 'failed' : 'errored';
  return { verdict, cause, code, attempts: isAgain ? MAX_ATTEMPTS : 1, exit: verdict === 'failed' ? 1 : 3 };
}

/** The fault comes once. If the table says that the site is tried again, it passes then. */
export function once(code: ErrorCode): Ending {
  if (!isTriedAgain(code)) return always(code);
  return { verdict: 'passed', cause: blamedBy(code), code, attempts: 2, exit: 0 };
}

/** Nothing comes of the fault: gridrun gets over it without an attempt more. */
export const UNHARMED: Ending = { verdict: 'passed', cause: '', code: '', attempts: 1, exit: 0 };

/** The run is refused before it starts. */
export function refused(code: ErrorCode): Ending {
  if (answerTo(code) !== 'refuse' && !isCode(code, 'runner.system')) throw new Error(`${code} is no refusal`);
  return { verdict: 'refused', cause: blamedBy(code), code, attempts: 0, exit: 2 };
}

/** The run is killed, and the next one has to do the rest. */
export const KILLED: Ending = { verdict: 'killed', exit: null };

/** The run ends before the site has a verdict. `code` is that of the run's fault or notice. */
export function notRun(exit: number, code = ''): Ending {
  return { verdict: 'not-run', code, exit };
}
