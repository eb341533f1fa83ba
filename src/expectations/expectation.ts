import semver from 'semver';
import * as z from 'zod';

/** A failure that is known, until a date, and why. */
export interface Expectation {
  /** The id of a site. */
  readonly site: string;
  /** The full title of a check; without one, every check of the site. */
  readonly check?: string;
  readonly reason: string;
  readonly owner: string;
  /** The last day on which it holds, `YYYY-MM-DD` in UTC. */
  readonly until: string;
  /** It holds only where all of these do. */
  readonly when?: ExpectationCondition;
}

export interface ExpectationCondition {
  /** A semver range of the extension's version. */
  readonly extension?: string;
  /** A semver range of the browser's version. */
  readonly browser?: string;
  /** A tag of the site or of the check, without the `@`. */
  readonly tag?: string;
}

const words = z.string().trim().min(1);
const range = z.union([words, z.number().transform(String)]).refine((given) => semver.validRange(given) !== null);

/** One entry of the file, strictly: a misspelt key would be a condition that nobody checks. */
export const ENTRY: z.ZodType<Expectation> = z.strictObject({
  site: words,
  check: words.exactOptional(),
  reason: words,
  owner: words,
  until: z.string().refine(isDay),
  when: z
    .strictObject({
      extension: range.exactOptional(),
      browser: range.exactOptional(),
      tag: words.transform((tag) => tag.replace(/^@/, '')).exactOptional(),
    })
    .exactOptional(),
});

/** What would be right, by the place in an entry. */
export const WANTED: Readonly<Record<string, string>> = {
  '': 'a mapping with site, reason, owner and until',
  site: 'the id of a site',
  check: "a check's full title",
  reason: 'a text that says why it fails',
  owner: 'the name of who looks after it',
  until: 'the last day on which it holds, as 2026-12-31',
  when: 'a mapping with extension, browser or tag',
  'when.extension': 'a semver range, as >=2.1.0 <3',
  'when.browser': 'a semver range, as >=156',
  'when.tag': 'a tag',
};

/** The keys of an entry and of its condition. */
export const KEYS: readonly string[] = [
  'site',
  'check',
  'reason',
  'owner',
  'until',
  'when',
  'extension',
  'browser',
  'tag',
];

/** Is this a day that the calendar has, as `YYYY-MM-DD`? */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && dayOf(at) === text;
}

/** The day of a moment in ms since the epoch, in UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Is a version in a range? Of a browser's four numbers the first three are compared. A version that is none is in no range. */
export function isInRange(version: string | undefined, wanted: string): boolean {
  const known = version === undefined ? null : (semver.parse(version) ?? semver.coerce(version));
  return known !== null && semver.satisfies(known, wanted, { includePrerelease: true });
}

/** What makes two entries the same one, and their order in the file. */
export function keyOf({ site, check, when }: Expectation): string {
  return JSON.stringify([site, check ?? '', when?.extension ?? '', when?.browser ?? '', when?.tag ?? '']);
}

/** The order of the file: by site, then check, then condition; by code units, so that it is the same everywhere. */
export function compareExpectations(a: Expectation, b: Expectation): number {
  const [first, second] = [JSON.parse(keyOf(a)) as string[], JSON.parse(keyOf(b)) as string[]];
  const place = first.findIndex((part, index) => part !== second[index]);
  return place === -1 ? 0 : (first[place] ?? '') < (second[place] ?? '') ? -1 : 1;
}

/** What an expectation is about, as a person reads it. */
export function subjectOf({ site, check }: Expectation): string {
  return check === undefined ? site : `${site}: ${check}`;
}
