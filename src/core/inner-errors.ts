import { fieldOf, isInstance } from './as-error.ts';

const MAX_ERRORS = 200;
/** Where an error holds others: `cause`, an AggregateError, a SuppressedError, and node:assert's `doesNotReject`. */
const HOLDERS = ['cause', 'error', 'suppressed', 'actual'];

/** What was thrown and every error inside of it, outermost first. It never throws, whatever the getters do. */
export function innerErrors(thrown: unknown): unknown[] {
  const found = new Set<unknown>([thrown]);
  for (const error of found) {
    if (found.size >= MAX_ERRORS) break;
    const listed = fieldOf(error, 'errors');
    const held = HOLDERS.map((field) => fieldOf(error, field)).filter((value) => isInstance(value, Error));
    for (const inner of [...held, ...partsOf(listed)]) found.add(inner);
  }
  return [...found];
}

/** Without those that cannot be read. */
function partsOf(listed: unknown): unknown[] {
  try {
    return Array.isArray(listed) ? listed.slice(0, MAX_ERRORS) : [];
  } catch {
    return [];
  }
}
