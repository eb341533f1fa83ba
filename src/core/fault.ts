import type { Answer, Cause } from './blame.ts';
import { answerTo, blamedBy, type ErrorCode, type RefusalCode } from './error-codes.ts';

export type { Answer, Cause } from './blame.ts';

/** Why something is not as it should be, in a form that the journal can carry. */
export interface Fault {
  /** One of `ERROR_CODES`, or of a newer gridrun's: `grid.session-lost`, `site.unreachable`, `check.failed`, … */
  readonly code: string;
  readonly cause: Cause;
  readonly message: string;
  readonly stack?: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** What an error may say beside its message. */
export interface ErrorDetails {
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** For bad input: every mistake, a line each. */
  readonly mistakes?: readonly string[];
  readonly cause?: unknown;
  /** It was found before the run started. Whatever its code says, the run is refused. */
  readonly atStart?: boolean;
}

/**
 * The one error class of gridrun. The message says what is wrong and on what, the hint what to do. Whom it blames and
 * what gridrun does about it follow from the code: `ERROR_CODES` is the only place that decides them.
 */
export class GridrunError extends Error {
  readonly code: ErrorCode;
  readonly blames: Cause;
  readonly answer: Answer;
  readonly hint: string | undefined;
  readonly mistakes: readonly string[];

  constructor(code: ErrorCode, message: string, { hint, mistakes = [], cause, atStart = false }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'GridrunError';
    this.code = code;
    this.blames = blamedBy(code);
    const answer = answerTo(code);
    this.answer = atStart && answer !== 'bug' ? 'refuse' : answer;
    this.hint = hint;
    this.mistakes = mistakes;
  }
}

/** Bad input: every mistake at once, exit 2, nothing started. */
export function refusal(code: RefusalCode, message: string, details: ErrorDetails = {}): GridrunError {
  return new GridrunError(code, message, details);
}

/** The mistakes of a refusal as a person is shown them: the first 20, and how many more there are. */
export function shownMistakes(mistakes: readonly string[], most = 20): readonly string[] {
  if (mistakes.length <= most) return mistakes;
  return [...mistakes.slice(0, most), `and ${mistakes.length - most} more`];
}

/** What the journal says of an error; one that is not ours is a bug of gridrun until told otherwise. */
export function faultOf(error: unknown): Fault {
  if (error instanceof GridrunError) {
    return {
      code: error.code,
      cause: error.blames,
      message: error.message,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
  const known = error instanceof Error ? error : new Error(String(error));
  return {
    code: 'runner.bug',
    cause: 'runner',
    message: known.message,
    ...(known.stack ? { stack: known.stack } : {}),
  };
}
