import type { RecordedCode } from '../core/error-codes.ts';
import { leaf, type Shape } from './shape.ts';

/** The end of the year 9999. A later date has no form that reports and readers know. */
const LAST_DATE = 253_402_300_799_999;
/** Far more than any run takes. Sums of it stay exact, and fit into SQLite. */
const MAX_MS = 1e13;
const MAX_COUNT = 1e9;

export const isText = (value: unknown): value is string => typeof value === 'string';

export const text: Shape<string> = leaf('a text', isText);
export const code: Shape<RecordedCode> = leaf('a text', isText);
export const flag: Shape<boolean> = leaf('true or false', (value) => typeof value === 'boolean');
/** In ms. A clock that is set back makes it negative. */
export const duration: Shape<number> = leaf(
  'a duration in ms',
  (value) => typeof value === 'number' && Math.abs(value) <= MAX_MS,
);
/** In ms since the epoch. */
export const date: Shape<number> = leaf('a date in ms', (value) => isWhole(value, LAST_DATE));
export const count: Shape<number> = leaf('a whole number', (value) => isWhole(value, MAX_COUNT));
/** A place in a list. A site without one has the largest number that there is. */
export const place: Shape<number> = leaf('a whole number', (value) => isWhole(value, Number.MAX_SAFE_INTEGER));

function isWhole(value: unknown, max: number): boolean {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max;
}
