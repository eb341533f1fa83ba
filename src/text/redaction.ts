const MASK = '***';
const BLANK = '*';

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
  #forms: readonly string[] = [];

  /** @param secrets values that no output may show; empty ones are ignored */
  constructor(secrets: readonly string[]) {
    this.add(secrets);
  }

  /** Removes these values too from now on. */
  add(secrets: readonly string[]): void {
    const forms = new Set([...this.#forms, ...secrets.filter((secret) => secret !== '').flatMap(formsOf)]);
    // Longest first: a secret may hold another.
    this.#forms = [...forms].sort((a, b) => b.length - a.length);
  }

  /** Is there nothing to remove? */
  get isEmpty(): boolean {
    return this.#forms.length === 0;
  }

  /** Are all secrets ASCII, so that their bytes are the same in nearly every encoding? True if there are none. */
  get isAscii(): boolean {
    return this.#forms.every((form) => /^[\x20-\x7e]*$/.test(form));
  }

  /** Replaces every secret in a text with `***`. */
  text(text: string): string {
    let result = text;
    for (const form of this.#forms) if (result.includes(form)) result = result.replaceAll(form, MASK);
    return result;
  }

  /**
   * Replaces every byte of every secret with `*`, so that nothing moves. Changes and returns the same buffer.
   * @param minBytes shorter secrets stay. A file that is no text may hold a few bytes like these by chance
   */
  blank(bytes: Buffer, minBytes = 1): Buffer {
    for (const form of this.#forms) {
      const length = Buffer.byteLength(form);
      if (length < minBytes) continue;
      for (let at = bytes.indexOf(form); at !== -1; at = bytes.indexOf(form, at + length))
        bytes.fill(BLANK, at, at + length);
    }
    return bytes;
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

/** The secret as it is, in JSON, in a URL (both ways to write a space, both cases of an escape), and in HTML. */
function formsOf(secret: string): string[] {
  const wellFormed = secret.toWellFormed();
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(wellFormed);
  const form = new URLSearchParams([['', wellFormed]]).toString().slice(1);
  const html = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  return [
    secret,
    json,
    JSON.stringify(json).slice(1, -1),
    url,
    lower(url),
    form,
    lower(form),
    encodeURI(wellFormed),
    html,
    html.replaceAll('"', '&quot;'),
  ];
}
