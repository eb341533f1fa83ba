import { gunzipSync, gzipSync } from 'node:zlib';
import { withoutPasswordValues } from '../../../text/password-fields.ts';
import { MIN_BYTES_IN_BINARY, Redaction } from '../../../text/redaction.ts';
import { withoutTokens } from '../../../text/secret-names.ts';
import { withoutCredentials } from '../../../wire/endpoint.ts';

const BINARY = /^(?:image\/(?!svg)|audio\/|video\/|font\/|application\/(?:octet-stream|wasm|pdf|zip))/i;
const GZIP = Buffer.from([0x1f, 0x8b, 8]);
/** A larger one, or one in another format, keeps what it holds. */
const MAX_UNPACKED_BYTES = 32 * 1024 * 1024;
const HTML = /^(?:text\/html|application\/xhtml\+xml)\b/i;

/**
 * Removes secrets from a recording, byte for byte, so that nothing moves. An address is blanked in the same way in the page
 * that holds it, so that a replay still finds it.
 */
export class Blanks {
  readonly #known: Redaction;
  readonly #seen: Redaction;

  /**
   * @param known what gridrun knows to be secret
   * @param seen what the traffic shows to be secret
   */
  constructor(known: Redaction, seen: readonly string[]) {
    this.#known = known;
    this.#seen = new Redaction(seen);
  }

  /** A text without secrets, and without tokens and credentials in URLs. */
  text(text: string): string {
    return this.#seen.stars(this.#known.stars(withoutTokens(withoutCredentials(text), stars)));
  }

  /** A JSON value without secrets, in its texts and in the names of its fields. */
  value<T>(value: T): T {
    return JSON.parse(JSON.stringify(value), (_name, field: unknown) => {
      if (typeof field === 'string') return this.text(field);
      if (typeof field !== 'object' || field === null || Array.isArray(field)) return field;
      return Object.fromEntries(Object.entries(field).map(([name, inner]) => [this.text(name), inner]));
    }) as T;
  }

  /** A header that holds a secret. Of a cookie, its name and its attributes stay. */
  header(name: string, value: string): string {
    return /^set-cookie$/i.test(name) ? this.text(blankCookie(value)) : stars(value);
  }

  /** A body without secrets, in the same buffer or a new one. */
  body(bytes: Buffer, mimeType: string): Buffer {
    return isGzip(bytes) ? this.#packed(bytes) : this.#plain(bytes, mimeType);
  }

  /** A file that is compressed by itself. Chrome leaves it so. */
  #packed(bytes: Buffer): Buffer {
    const plain = unpacked(bytes);
    if (plain === undefined) return this.#plain(bytes, 'application/gzip');
    const clean = this.body(Buffer.from(plain), 'application/octet-stream');
    return clean.equals(plain) ? bytes : gzipSync(clean);
  }

  #plain(bytes: Buffer, mimeType: string): Buffer {
    const clean = this.#bytes(bytes, BINARY.test(mimeType) ? MIN_BYTES_IN_BINARY : 1);
    if (!HTML.test(mimeType) || !/password/i.test(clean.toString('latin1'))) return clean;
    // One character for each byte: the names are ASCII, whatever the encoding of the rest is.
    return Buffer.from(withoutPasswordValues(clean.toString('latin1'), starsInQuotes), 'latin1');
  }

  #bytes(bytes: Buffer, minBytes: number): Buffer {
    return this.#seen.blank(this.#known.blank(bytes, minBytes), minBytes);
  }
}

function isGzip(bytes: Buffer): boolean {
  return bytes.subarray(0, 3).equals(GZIP);
}

/** Undefined if it cannot be unpacked, or is too large then. */
function unpacked(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED_BYTES });
  } catch {
    return undefined;
  }
}

/** As many bytes as the text has. */
function stars(text: string): string {
  return '*'.repeat(Buffer.byteLength(text));
}

function starsInQuotes(written: string): string {
  return written.replaceAll(/[^"']/g, '*');
}

function blankCookie(line: string): string {
  const [pair = '', ...attributes] = line.split(';');
  const at = pair.indexOf('=');
  return [at === -1 ? stars(pair) : `${pair.slice(0, at + 1)}${stars(pair.slice(at + 1))}`, ...attributes].join(';');
}
