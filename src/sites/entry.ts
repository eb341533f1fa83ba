import type { Site } from '../core/site.ts';
import { nearest } from '../text/nearest.ts';
import { isSiteId } from './id.ts';
import { quoted, readUrl } from './url.ts';

/** A place in the list's tree: keys and indexes from the entry. */
export type Path = readonly (string | number)[];
export type Wrong = (path: Path, text: string) => void;

/** An entry that was read. Its id may not be generated yet. */
export type Entry = { -readonly [K in keyof Omit<Site, 'id'>]: Site[K] } & { id?: string };
type Reader = (entry: Entry, value: unknown, wrong: Wrong) => void;

const TAG = /^@?([^\s,;|@\p{Cf}]+)$/u;
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** The longest time that a Node timer can wait. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/** Levels of `data`: more would overflow the stack of what writes it. */
const MAX_DEPTH = 100;

const READERS: Readonly<Record<keyof Site, Reader>> = {
  url(entry, value, wrong) {
    if (typeof value !== 'string')
      return wrong(['url'], `url must be a string, such as "https://example.com/login"; it is ${typeName(value)}`);
    const read = readUrl(value.trim());
    if ('wrong' in read) wrong(['url'], read.wrong);
    else entry.url = read.url;
  },
  id(entry, value, wrong) {
    if (typeof value === 'string' && isSiteId(value)) entry.id = value;
    else
      wrong(
        ['id'],
        `id must have 1 to 200 letters, digits, "_" or "-" and start with a letter or digit, such as "shop-de"; it is ${shown(value)}`,
      );
  },
  tags(entry, value, wrong) {
    const tags: string[] = [];
    for (const [index, tag] of strings(value, 'tags', 'such as ["login", "german"]', wrong).entries()) {
      const name = TAG.exec(tag)?.[1];
      if (name !== undefined) tags.push(name);
      else
        wrong(
          ['tags', index],
          `a tag must be one word without spaces, commas, semicolons, "|" or "@"; it is ${quoted(tag)}`,
        );
    }
    if (tags.length > 0) entry.tags = tags;
  },
  timeoutMs(entry, value, wrong) {
    if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= MAX_TIMEOUT_MS)
      entry.timeoutMs = value;
    else
      wrong(
        ['timeoutMs'],
        `timeoutMs must be a whole number of milliseconds from 1 to ${MAX_TIMEOUT_MS}, such as 60000; it is ${shown(value)}`,
      );
  },
  once(entry, value, wrong) {
    if (typeof value !== 'boolean')
      return wrong(['once'], `once must be true, if the site may be loaded one time only; it is ${shown(value)}`);
    if (value) entry.once = true;
  },
  skip(entry, value, wrong) {
    if (typeof value === 'string' && value.trim() !== '') entry.skip = value.trim();
    else wrong(['skip'], `skip must be a reason in words, such as "behind a captcha"; it is ${shown(value)}`);
  },
  data(entry, value, wrong) {
    const mistake = jsonMistake(value, MAX_DEPTH);
    if (mistake === 'deep') return wrong(['data'], `data must have at most ${MAX_DEPTH} levels`);
    entry.data = value;
    if (mistake === 'no JSON') wrong(['data'], 'data must be JSON: dates, infinite numbers and NaN are not allowed');
  },
  env(entry, value, wrong) {
    // No message shows the text, because a user may have written a secret here instead of its name.
    const names = strings(value, 'env', 'of names of environment variables, such as ["SHOP_PASSWORD"]', wrong);
    for (const [index, name] of names.entries()) {
      if (!VARIABLE.test(name))
        wrong(
          ['env', index],
          'env must hold names of environment variables, such as "SHOP_PASSWORD", not their values',
        );
    }
    if (names.length > 0) entry.env = names;
  },
};

/** The keys that an entry may have. */
export const ENTRY_KEYS: readonly string[] = Object.keys(READERS);

/** Reads an entry that is an object. Reports every mistake to `wrong`. The entry has the fields without a mistake. */
export function readEntry(value: Readonly<Record<string, unknown>>, wrong: Wrong): Entry {
  const entry: Entry = { url: '' };
  let hasUrl = false;
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(READERS, key)) {
      wrong([key], unknownKey(key));
      continue;
    }
    const field = value[key];
    // YAML and many exporters write an empty field as null. In data, null is a value like any other.
    if (field === null && key !== 'data') continue;
    if (field === undefined) continue;
    if (key === 'url') hasUrl = true;
    READERS[key as keyof Site](entry, field, wrong);
  }
  if (!hasUrl) wrong([], 'the entry has no url; write {"url": "https://example.com/login"}');
  return entry;
}

function unknownKey(key: string): string {
  const meant = nearest(key, ENTRY_KEYS);
  const right = meant === undefined ? `the keys are ${ENTRY_KEYS.join(', ')}` : `did you mean "${meant}"?`;
  return `unknown key ${quoted(key)}; ${right}`;
}

function strings(value: unknown, key: 'tags' | 'env', right: string, wrong: Wrong): string[] {
  if (!Array.isArray(value)) {
    // The value of `env` may be a secret.
    wrong([key], `${key} must be a list ${right}; it is ${key === 'env' ? typeName(value) : shown(value)}`);
    return [];
  }
  if (value.every((item) => typeof item === 'string')) return value;
  return value.flatMap((item: unknown, index) => {
    if (typeof item === 'string') return item;
    wrong([key, index], `${key} must be a list ${right}; this is ${typeName(item)}`);
    return [];
  });
}

/** What is wrong with a value as JSON. `deep`: it has more than `levels`, as one that holds itself has. */
function jsonMistake(value: unknown, levels: number): 'deep' | 'no JSON' | undefined {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'no JSON';
  if (typeof value !== 'object') return 'no JSON';
  if (levels === 0) return 'deep';
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  let mistake: 'no JSON' | undefined = isPlain ? undefined : 'no JSON';
  for (const inner of Object.values(value)) {
    const found = jsonMistake(inner, levels - 1);
    if (found === 'deep') return found;
    mistake ??= found;
  }
  return mistake;
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? typeName(value) : quoted(value);
}

export function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
