import { GridrunError } from '../core/fault.ts';

/** The result of one test of `gridrun doctor`. */
export interface Finding {
  /** `node`, `chrome`, `engine`, `grid`, `session`, `websocket`, `extension`, `disk`, `memory` */
  readonly name: string;
  /** `problem`: a run with these flags would fail. `note`: it would work, but the user should know. */
  readonly level: 'ok' | 'note' | 'problem';
  readonly text: string;
  /** How to fix it. */
  readonly fix?: string;
}

export function ok(name: string, text: string): Finding {
  return { name, level: 'ok', text };
}

export function note(name: string, text: string, fix?: string): Finding {
  return { name, level: 'note', text, ...(fix === undefined ? {} : { fix }) };
}

export function problem(name: string, text: string, fix?: string): Finding {
  return { name, level: 'problem', text, ...(fix === undefined ? {} : { fix }) };
}

/** A problem from an error: its message, its mistakes and its hint, or `fix` if it has no hint. */
export function problemOf(name: string, error: unknown, fix: string): Finding {
  const message = error instanceof Error ? error.message : String(error);
  const mistakes = error instanceof GridrunError && error.mistakes.length > 0 ? `: ${error.mistakes.join('; ')}` : '';
  return problem(name, `${message}${mistakes}`, (error instanceof GridrunError ? error.hint : undefined) ?? fix);
}
