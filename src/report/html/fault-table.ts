import type { Fault } from '../../core/fault.ts';
import type { FaultRow } from './report-data.ts';

/** Messages come from sites and may have any length; the journal has the full text. */
const MAX_MESSAGE_CHARS = 8000;
const MAX_STACK_CHARS = 16_000;

/** Holds every fault once: a lost grid causes the same fault in thousands of checks. */
export class FaultTable {
  readonly rows: FaultRow[] = [];
  readonly #places = new Map<string, number>();

  /** The place of a fault in `rows`. */
  take({ code, cause, message, stack, hint }: Fault): number {
    const row: FaultRow = {
      code,
      cause,
      message: cut(message, MAX_MESSAGE_CHARS),
      ...(stack === undefined ? {} : { stack: cut(stack, MAX_STACK_CHARS) }),
      ...(hint === undefined ? {} : { hint }),
    };
    const key = JSON.stringify(row);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.rows.length);
    return this.rows.push(row) - 1;
  }
}

function cut(text: string, maxChars: number): string {
  return text.length <= maxChars
    ? text
    : `${text.slice(0, maxChars)}… (${text.length - maxChars} more characters are in events.ndjson)`;
}
