import { otherForms, usualForms, type SecretForm } from './secret-forms.ts';

const MASK = '***';

/** In a file that is no text, fewer bytes than these may be like a secret by chance. */
export const MIN_BYTES_IN_BINARY = 6;

/** Fields that gridrun reads the journal by. They hold its own words and ids, which a short secret must not break. */
const STRUCTURAL: ReadonlySet<string> = new Set([
  'type',
  'siteId',
  'siteIds',
  'id',
  'status',
  'verdict',
  'ending',
  'arm',
  'cause',
  'code',
  'stream',
  'level',
  'run',
  'planHash',
  'stopped',
  'schema',
  'gridrun',
  'by',
  'kind',
]);

/** This field holds the user's own data. Nothing in it is structural, and its keys may be secrets too. */
const FREE_FIELD = 'data';

/** Removes secret values from text, in each form that they may have in output. */
export class Redaction {
  #forms: readonly SecretForm[] = [];

  /** @param secrets values that no output may show; empty ones are ignored */
  constructor(secrets: readonly string[]) {
    this.add(secrets);
  }

  /** Removes these values too from now on. */
  add(secrets: readonly string[]): void {
    this.#addForms(secrets, (secret) => [...usualForms(secret), ...otherForms(secret)]);
  }

  /** Removes the beginnings of secrets too from now on. They are many, so that only their usual forms are looked for. */
  addBeginnings(beginnings: readonly string[]): void {
    this.#addForms(beginnings, usualForms);
  }

  #addForms(secrets: readonly string[], formsOf: (secret: string) => readonly SecretForm[]): void {
    const added = secrets.filter((secret) => secret !== '').flatMap(formsOf);
    const forms = new Map([...this.#forms, ...added].map((form) => [form.text, form]));
    // Longest first: a secret may hold another.
    this.#forms = [...forms.values()].sort((a, b) => b.text.length - a.text.length);
  }

  /** Is there nothing to remove? */
  get isEmpty(): boolean {
    return this.#forms.length === 0;
  }

  /** Are all secrets ASCII, so that their bytes are the same in nearly every encoding? True if there are none. */
  get isAscii(): boolean {
    return this.#forms.every(({ text }) => /^[\x20-\x7e]*$/.test(text));
  }

  /** Replaces every secret in a text with `***`. */
  text(text: string): string {
    let result = text;
    for (const form of this.#forms) if (result.includes(form.text)) result = result.replaceAll(form.text, MASK);
    return result;
  }

  /**
   * Replaces every byte of every secret with `*`, and Base64 with that of `*`, so that nothing moves. Changes and returns
   * the same buffer.
   * @param minBytes shorter secrets stay. A file that is no text may hold a few bytes like these by chance
   */
  blank(bytes: Buffer, minBytes = 1): Buffer {
    for (const { text, blank } of this.#forms) {
      if (blank.length < minBytes) continue;
      for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + blank.length)) blank.copy(bytes, at);
    }
    return bytes;
  }

  /** Replaces every byte of every secret in a text with `*`. */
  stars(text: string): string {
    let result = text;
    for (const form of this.#forms)
      if (result.includes(form.text)) result = result.replaceAll(form.text, '*'.repeat(form.blank.length));
    return result;
  }

  /** Replaces every secret in all strings of a value. Returns the same object if there is none. */
  value<T>(value: T): T {
    return this.isEmpty ? value : (this.#deep(value, false) as T);
  }

  #deep(value: unknown, free: boolean): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) {
      const items = value.map((item) => this.#deep(item, free));
      return items.some((item, index) => item !== value[index]) ? items : value;
    }
    if (typeof value !== 'object' || value === null) return value;
    const fields = Object.entries(value);
    const clean = fields.map(([name, field]) => this.#field(name, field, free));
    const changed = clean.some(([name, field], index) => name !== fields[index]?.[0] || field !== fields[index]?.[1]);
    return changed ? Object.fromEntries(clean) : value;
  }

  #field(name: string, field: unknown, free: boolean): readonly [string, unknown] {
    if (free) return [this.text(name), this.#deep(field, true)];
    // An object may have a structural name too (`verdict`). Its fields are cleaned.
    const leaf = typeof field !== 'object' || field === null || Array.isArray(field);
    return [name, leaf && STRUCTURAL.has(name) ? field : this.#deep(field, name === FREE_FIELD)];
  }
}
