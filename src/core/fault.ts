import type { Answer, Cause } from './blame.ts';
import type { ErrorCode } from './error-codes.ts';

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

/** The one error class: what, on what, and what to do. */
export class GridrunError extends Error {
  readonly code: ErrorCode;
  readonly blames: Cause;
  readonly answer: Answer;
  readonly hint: string | undefined;
  /** For bad input: every mistake, a line each. */
  readonly mistakes: readonly string[];

  constructor(options: {
    code: ErrorCode;
    message: string;
    blames?: Cause;
    answer: Answer;
    hint?: string | undefined;
    mistakes?: readonly string[];
    cause?: unknown;
  }) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GridrunError';
    this.code = options.code;
    this.blames = options.blames ?? 'runner';
    this.answer = options.answer;
    this.hint = options.hint;
    this.mistakes = options.mistakes ?? [];
  }
}

/** Bad input: every mistake at once, exit 2, nothing started. */
export function refusal(
  code: ErrorCode,
  message: string,
  mistakes: readonly string[] = [],
  hint?: string,
): GridrunError {
  return new GridrunError({ code, message, answer: 'refuse', mistakes, hint });
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
