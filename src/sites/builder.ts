import type { Site } from '../core/site.ts';
import type { Entry, Path } from './entry.ts';
import { readEntry, typeName } from './entry.ts';
import { idOf, plainId } from './id.ts';
import { plainDomain, readUrl, urlOfPlain } from './url.ts';

/** What a form of the list knows and the builder does not: how to name a place of it. */
export interface Places {
  /** The place of an entry, by the mark it was added with: a line or an index. */
  entry(mark: number): string;
  /** The place of something inside the entry that is being added. */
  inside(mark: number, path: Path): string;
}

/** The environment that `env` names are looked up in. Only whether a name is set is ever asked. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Makes sites of entries as they come, however many, and collects every mistake. One map from id to place is all that
 * it keeps beside the sites: an id that is made tells its URL, so the same made id twice is the same URL twice.
 */
export class ListBuilder {
  readonly sites: Site[] = [];
  readonly mistakes: string[] = [];
  duplicateCount = 0;
  readonly #places: Places;
  readonly #environment: Environment;
  readonly #indexOfId = new Map<string, number>();
  /** The mark of each site, negative (`~mark`) where the list itself gave its id. */
  readonly #marks: number[] = [];
  /** A million sites have few lists of tags: they share them. */
  readonly #tagLists = new Map<string, readonly string[]>();
  readonly #missingVariables = new Set<string>();

  constructor(places: Places, environment: Environment) {
    this.#places = places;
    this.#environment = environment;
  }

  /** An entry that is only a URL or a domain. */
  addUrl(text: string, mark: number): void {
    const host = plainDomain(text);
    if (host !== undefined) return this.#add({ id: plainId(host), url: urlOfPlain(host) }, mark, false);
    const read = readUrl(text);
    if ('wrong' in read) this.wrongAt(mark, [], read.wrong);
    else this.#add({ id: idOf(read.url), url: read.url }, mark, false);
  }

  /** An entry of any form: a string or an object. */
  addEntry(value: unknown, mark: number): void {
    if (typeof value === 'string') return this.addUrl(value.trim(), mark);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.wrongAt(mark, [], `an entry is a URL or an object with a url; this is ${typeName(value)}`);
    }
    const mistakesBefore = this.mistakes.length;
    const entry = readEntry(value as Readonly<Record<string, unknown>>, (path, text) => this.wrongAt(mark, path, text));
    this.#checkVariables(entry, mark);
    if (entry.tags !== undefined) entry.tags = this.#shared(entry.tags);
    const { id } = entry;
    // An entry with mistakes still takes its id, so that a second of the same id is named in the same answer.
    if (this.mistakes.length > mistakesBefore && id === undefined) return;
    this.#add(siteOf(id ?? idOf(entry.url), entry), mark, id !== undefined);
  }

  wrongAt(mark: number, path: Path, text: string): void {
    this.mistakes.push(`${this.#places.inside(mark, path)}: ${text}`);
  }

  #add(site: Site, mark: number, ownId: boolean): void {
    const before = this.#indexOfId.get(site.id);
    if (before === undefined) {
      this.#indexOfId.set(site.id, this.sites.length);
      this.sites.push(site);
      this.#marks.push(ownId ? ~mark : mark);
      return;
    }
    const beforeMark = this.#marks[before] ?? 0;
    const first = this.#places.entry(beforeMark < 0 ? ~beforeMark : beforeMark);
    if (ownId) this.wrongAt(mark, ['id'], `the id "${site.id}" is taken by ${first}; every site has an id of its own`);
    else if (beforeMark >= 0 && this.sites[before]?.url === site.url) this.duplicateCount++;
    else
      this.wrongAt(mark, [], `the id made of its URL, "${site.id}", is taken by ${first}; give one of them another id`);
  }

  #shared(tags: readonly string[]): readonly string[] {
    const key = tags.join(' ');
    const known = this.#tagLists.get(key);
    if (known === undefined) this.#tagLists.set(key, tags);
    return known ?? tags;
  }

  /** A variable that is missing is one mistake, however many sites name it: else it would hide all the others. */
  #checkVariables(entry: Entry, mark: number): void {
    for (const [index, name] of (entry.env ?? []).entries()) {
      if (this.#environment[name] !== undefined || this.#missingVariables.has(name)) continue;
      if (!/^\w+$/.test(name)) continue;
      this.#missingVariables.add(name);
      this.wrongAt(mark, ['env', index], `the environment variable ${name} is not set; set it, or take it out of env`);
    }
  }
}

/** Fields that are named in a literal take less room than added ones (25 MB in a million): the usual ones are named. */
function siteOf(id: string, { url, tags, data, ...rest }: Entry): Site {
  if (tags === undefined && data === undefined) return { id, url, ...rest };
  if (tags === undefined) return { id, url, data, ...rest };
  return data === undefined ? { id, url, tags, ...rest } : { id, url, tags, data, ...rest };
}
