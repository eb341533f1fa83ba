import { GridrunError, shownMistakes, systemFault } from '../core/fault.ts';

/** An error as text for the terminal: the message, each mistake, what to do, and the code. */
export function errorText(thrown: unknown): string {
  const error = systemFault(thrown);
  if (!(error instanceof GridrunError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `This is a bug in gridrun. Please report it with the text below.\n${stack}\n`;
  }
  const mistakes = shownMistakes(error.mistakes).map((mistake) => `  ${mistake}`);
  const lines = [`gridrun: ${error.message}${mistakes.length > 0 ? ':' : ''}`, ...mistakes];
  if (error.hint !== undefined) lines.push(error.hint);
  // docs/troubleshooting.md is searched by code. An interruption needs none.
  if (error.answer !== 'stop') lines.push(`code: ${error.code}`);
  return `${lines.join('\n')}\n`;
}

/** The exit code of a command that ended with an error. */
export function exitCodeOf(thrown: unknown): number {
  const error = systemFault(thrown);
  if (!(error instanceof GridrunError) || error.answer === 'bug') return 70;
  if (error.answer === 'stop') return 130;
  return error.answer === 'refuse' ? 2 : 3;
}
