import type { Answer, Cause } from './blame.ts';
import { answerTo, blamedBy, type ErrorCode, type RecordedCode, type RefusalCode } from './error-codes.ts';
import { systemHint } from './system-error.ts';
import { reasonsOf, withReasons } from './error-reasons.ts';

export type { Answer, Cause } from './blame.ts';

/** What went wrong, as the journal records it. */
export interface Fault {
  /** One of the [error codes](error-codes.md), such as `check.failed`. A newer gridrun may have more. */
  readonly code: RecordedCode;
  /** Who is to blame. */
  readonly cause: Cause;
  readonly message: string;
  readonly stack?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** The HTTP status of the page that the browser showed, if it is known. */
  readonly httpStatus?: number;
}

/** What a fault may hold beside its message. An undefined field is left out of the journal. */
export interface FaultDetails {
  readonly stack?: string | undefined;
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** The HTTP status of the page. */
  readonly httpStatus?: number | undefined;
}

/** Makes a fault. `ERROR_CODES` decides whom it blames. */
export function makeFault(code: ErrorCode, message: string, { stack, hint, httpStatus }: FaultDetails = {}): Fault {
  return {
    code,
    cause: blamedBy(code),
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(hint === undefined ? {} : { hint }),
    ...(httpStatus === undefined ? {} : { httpStatus }),
  };
}

/** What an error may hold beside its message. */
export interface ErrorDetails {
  /** What to do about it. */
  readonly hint?: string | undefined;
  /** For bad input: every mistake, a line each. */
  readonly mistakes?: readonly string[];
  readonly cause?: unknown;
  /** It happened before the run started, so the run is refused whatever the code's answer is. */
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

/** The mistakes of a refusal as the terminal shows them: the first `max`, then how many more there are. */
export function shownMistakes(mistakes: readonly string[], max = 20): readonly string[] {
  if (mistakes.length <= max) return mistakes;
  return [...mistakes.slice(0, max), `and ${mistakes.length - max} more`];
}

/**
 * Makes a `runner.system` of an error for which the operating system is to blame: no room, no rights, too many open
 * files. Returns any other error as it is.
 * @param atStart nothing of the run has started, so it is refused
 */
export function systemFault(error: unknown, atStart = false): unknown {
  if (atStart && error instanceof GridrunError && error.code === 'runner.system')
    return new GridrunError(error.code, error.message, { hint: error.hint, cause: error, atStart });
  const hint = systemHint(error);
  if (hint === undefined) return error;
  return new GridrunError('runner.system', (error as Error).message, { hint, cause: error, atStart });
}

/**
 * The fault of an error, for the journal. Any error that is neither a `GridrunError` nor the operating system's counts as
 * a bug in gridrun.
 */
export function faultOf(thrown: unknown): Fault {
  const error = systemFault(thrown);
  if (error instanceof GridrunError) return makeFault(error.code, error.message, { hint: error.hint });
  const known = error instanceof Error ? error : new Error(String(error));
  // An empty stack is left out, too.
  return makeFault('runner.bug', withReasons(known.message, reasonsOf(known)), { stack: known.stack || undefined });
}
