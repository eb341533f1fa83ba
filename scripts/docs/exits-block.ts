import { EXIT_CODES } from '../../src/core/outcome.ts';
import { table } from './markdown.ts';

/** The exit codes, the strongest first. */
export function exitsBlock(): string {
  return table(
    ['code', 'meaning'],
    EXIT_CODES.map(({ code, text }) => [String(code), text]),
  );
}
