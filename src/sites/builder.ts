import { isDeepStrictEqual } from 'node:util';
import type { Site } from '../core/site.ts';
import type { Entry, Path } from './entry.ts';
import { readEntry, typeName } from './entry.ts';
import { idOf, plainId } from './id.ts';
import { plainDomain, readUrl, urlOfPlain } from './url.ts';

/** How a form of the list names a place in it. */
export interface Places {
  /** The place of an entry, by the mark it was added with: a line or an index. */
  entry(mark: number): string;
  /** The place of a value inside the entry that is being added. */
  inside(mark: number, path: Path): string;
}

/** A list of another form has a mistake in each line. More of them help nobody. */
export const MAX_MISTAKES = 100;

/** The environment that `env` names refer to. The builder only checks whether a name is set. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Turns entries into sites one by one, and collects every mistake. Beside the sites it keeps only a map from id to
 * place. A generated id stands for its URL, so two equal generated ids mean the same URL twice.
 */
export class ListBuilder {
  readonly sites: Site[] = [];
  readonly #mistakes: string[] = [];
  duplicateCount = 0;
  readonly #places: Places;
  readonly #environment: Environment;
  readonly #indexOfId = new Map<string, number>();
  /** The mark of each site; negative (`~mark`) if the list gave its id. */
  readonly #marks: number[] = [];
  /** Sites with the same tags share one list, because a million sites have few different ones. */
  readonly #tagLists = new Map<string, readonly string[]>();
  readonly #missingVariables = new Set<string>();

  constructor(places: Places, environment: Environment) {
    this.#places = places;
    this.#environment = environment;
  }

  get mistakes(): readonly string[] {
    return this.#mistakes;
  }

  /** Are there so many mistakes that the rest of the list need not be read? */
  get isFull(): boolean {
    return this.#mistakes.length >= MAX_MISTAKES;
  }

  /** Adds a mistake, with its place. Further ones are dropped if the builder is full. */
  wrong(mistake: string): void {
    if (!this.isFull) this.#mistakes.push(mistake);
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
      return this.wrongAt(mark, [], `an entry must be a URL or an object with a url; this is ${typeName(value)}`);
    }
    const mistakesBefore = this.mistakes.length;
    const entry = readEntry(value as Readonly<Record<string, unknown>>, (path, text) => this.wrongAt(mark, path, text));
    this.#checkVariables(entry, mark);
    if (entry.tags !== undefined) entry.tags = this.#shared(entry.tags);
    const { id } = entry;
    // An entry with mistakes still takes its id, so that a second entry with that id is reported in the same run.
    if (this.mistakes.length > mistakesBefore && id === undefined) return;
    this.#add(siteOf(id ?? idOf(entry.url), entry), mark, id !== undefined);
  }

  wrongAt(mark: number, path: Path, text: string): void {
    // A place may be costly to find.
    if (!this.isFull) this.wrong(`${this.#places.inside(mark, path)}: ${text}`);
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
    if (ownId)
      this.wrongAt(mark, ['id'], `the id "${site.id}" is already taken by ${first}; every site needs its own id`);
    else if (beforeMark < 0 || this.sites[before]!.url !== site.url)
      this.wrongAt(
        mark,
        [],
        `the id derived from its URL, "${site.id}", is already taken by ${first}; give one of them another id`,
      );
    else this.#again(site, this.sites[before]!, { mark, first });
  }

  /** An entry whose URL is in the list already. What it says beside that must not get lost. */
  #again(site: Site, known: Site, { mark, first }: { readonly mark: number; readonly first: string }): void {
    const different = differentFields(known, site);
    if (different.length === 0) this.duplicateCount++;
    else
      this.wrongAt(
        mark,
        [],
        `its URL is that of ${first}, with another ${different.join(', ')}; give one of them an id of its own, or remove it`,
      );
  }

  #shared(tags: readonly string[]): readonly string[] {
    const key = tags.join(' ');
    const known = this.#tagLists.get(key);
    if (known === undefined) this.#tagLists.set(key, tags);
    return known ?? tags;
  }

  /** Reports a missing variable once, even if many sites name it. Otherwise it would hide all other mistakes. */
  #checkVariables(entry: Entry, mark: number): void {
    for (const [index, name] of (entry.env ?? []).entries()) {
      if (this.#environment[name] !== undefined || this.#missingVariables.has(name)) continue;
      if (!/^\w+$/.test(name)) continue;
      this.#missingVariables.add(name);
      this.wrongAt(mark, ['env', index], `the environment variable ${name} is not set; set it, or remove it from env`);
    }
  }
}

function differentFields(known: Site, site: Site): string[] {
  const fields = Object.keys({ ...known, ...site }) as (keyof Site)[];
  return fields.filter((field) => !isDeepStrictEqual(known[field], site[field]));
}

/** Names the usual fields in a literal: they take less memory than fields that are added later (25 MB in a million). */
function siteOf(id: string, { url, tags, data, ...rest }: Entry): Site {
  if (tags === undefined && data === undefined) return { id, url, ...rest };
  if (tags === undefined) return { id, url, data, ...rest };
  return data === undefined ? { id, url, tags, ...rest } : { id, url, tags, data, ...rest };
}
