import { fieldOf } from './as-error.ts';

const MAX_ERRORS = 200;
/** Where an error holds others: `cause`, an AggregateError, a SuppressedError, and node:assert's `doesNotReject`. */
const HOLDERS = ['cause', 'error', 'suppressed', 'actual'];

/** What was thrown and every error inside of it, outermost first. It never throws, whatever the getters do. */
export function innerErrors(thrown: unknown): unknown[] {
  const found = new Set<unknown>([thrown]);
  for (const error of found) {
    if (found.size >= MAX_ERRORS) break;
    const listed = fieldOf(error, 'errors');
    const held = HOLDERS.map((field) => fieldOf(error, field)).filter((value) => value instanceof Error);
    for (const inner of [...held, ...(Array.isArray(listed) ? listed.slice(0, MAX_ERRORS) : [])]) found.add(inner);
  }
  return [...found];
}
