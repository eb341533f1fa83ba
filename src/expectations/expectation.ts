import coerce from 'semver/functions/coerce.js';
import parse from 'semver/functions/parse.js';
import satisfies from 'semver/functions/satisfies.js';
import validRange from 'semver/ranges/valid.js';
import * as z from 'zod';

/** A known failure: why it fails, who looks after it, and until when it may. */
export interface Expectation {
  /** The id of a site. */
  readonly site: string;
  /** The full title of a check. Left out for every check of the site. */
  readonly check?: string;
  readonly reason: string;
  readonly owner: string;
  /** The last day on which it applies, `YYYY-MM-DD` in UTC. */
  readonly until: string;
  /** It applies only if all of these are true. */
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
const range = z.union([words, z.number().transform(String)]).refine((given) => validRange(given) !== null);

/** One entry of the file. Strict, because a misspelled key would be a condition that nobody checks. */
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

/** What is expected at each place of an entry. */
export const WANTED: Readonly<Record<string, string>> = {
  '': 'a mapping with site, reason, owner and until',
  site: 'the id of a site',
  check: "a check's full title",
  reason: 'a text that says why it fails',
  owner: 'the name of the person or team that looks after it',
  until: 'the last day on which it applies, for example 2026-12-31',
  when: 'a mapping with extension, browser or tag',
  'when.extension': 'a semver range, for example >=2.1.0 <3',
  'when.browser': 'a semver range, for example >=156',
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

/** Whether a text is a day of the calendar, as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && dayOf(at) === text;
}

/** The day of a moment in ms since the epoch, in UTC. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** Whether a version is in a range. Compares the first three of a browser's four numbers. False if there is no version. */
export function isInRange(version: string | undefined, wanted: string): boolean {
  const known = version === undefined ? null : (parse(version) ?? coerce(version));
  return known !== null && satisfies(known, wanted, { includePrerelease: true });
}

/** The identity of an entry, which also decides its place in the file. */
export function keyOf({ site, check, when }: Expectation): string {
  return JSON.stringify([site, check ?? '', when?.extension ?? '', when?.browser ?? '', when?.tag ?? '']);
}

/** Orders entries by site, check and condition. Compares code units, so the order is the same on every machine. */
export function compareExpectations(a: Expectation, b: Expectation): number {
  const [first, second] = [JSON.parse(keyOf(a)) as string[], JSON.parse(keyOf(b)) as string[]];
  const place = first.findIndex((part, index) => part !== second[index]);
  return place === -1 ? 0 : (first[place] ?? '') < (second[place] ?? '') ? -1 : 1;
}

/** The site and check of an expectation, as text for a person. */
export function subjectOf({ site, check }: Expectation): string {
  return check === undefined ? site : `${site}: ${check}`;
}
