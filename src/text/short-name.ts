/** Longer names make reports hard to read, and some readers of JUnit refuse them. */
const MAX_CHARS = 1_000;

/** A name for a report: an endless title is cut, and says so. */
export function shortName(name: string): string {
  return name.length <= MAX_CHARS ? name : `${name.slice(0, MAX_CHARS).toWellFormed()}… (${name.length} characters)`;
}
