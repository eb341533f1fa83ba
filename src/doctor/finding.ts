import { GridrunError } from '../core/fault.ts';

/** What `gridrun doctor` says of one thing. */
export interface Finding {
  /** `node`, `chrome`, `engine`, `grid`, `session`, `websocket`, `extension`, `disk`, `memory` */
  readonly name: string;
  /** `problem`: what was asked for will not work. `note`: it will, but a person should know. */
  readonly level: 'ok' | 'note' | 'problem';
  readonly text: string;
  /** What to do about it. */
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

/** What an error says, and what it says to do; `fix` where it says nothing. */
export function problemOf(name: string, error: unknown, fix: string): Finding {
  const message = error instanceof Error ? error.message : String(error);
  const mistakes = error instanceof GridrunError && error.mistakes.length > 0 ? `: ${error.mistakes.join('; ')}` : '';
  return problem(name, `${message}${mistakes}`, (error instanceof GridrunError ? error.hint : undefined) ?? fix);
}
