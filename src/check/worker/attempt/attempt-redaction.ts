import { Redaction } from '../../../text/redaction.ts';
import { withoutPasswordValues } from '../../../text/password-fields.ts';
import { withoutTokens } from '../../../text/secret-names.ts';
import { decoded, isTelling } from '../../../text/telling-value.ts';
import type { TypedTexts } from './typed-secrets.ts';

const MASK = '***';
/** A frame of a stack. Its path and its name are the user's own. */
const FRAME = /^\s+at (?:.* \()?(?:file:\/\/|node:|\/|[A-Za-z]:[\\/])[^()]*:\d+:\d+\)?$/;
/** A page may have any number of addresses with tokens. Each one costs time in every text. */
const MAX_SEEN = 100;

/**
 * What the texts and files of one attempt must not show: the secrets of the run and of its site, what its checks typed
 * into password fields, and tokens in URLs and headers, also where they stand alone in later texts. What was typed or
 * seen is not removed from other texts of the run: a password may be a common word, such as `test`.
 */
export class AttemptRedaction extends Redaction {
  readonly #found = new Redaction([]);
  readonly #seen = new Set<string>();

  /** Removes what is typed into a password field from now on. */
  addTyped({ secrets, beginnings }: TypedTexts): void {
    this.#found.add(secrets);
    this.#found.addBeginnings(beginnings);
  }

  /** Removes the value of a header or of a parameter that is secret by its name, unless it could be any word. */
  addSeen(value: string): void {
    if (this.#seen.size >= MAX_SEEN || this.#seen.has(value) || !isTelling(value)) return;
    this.#seen.add(value);
    this.#found.add([value, decoded(value)]);
  }

  override get isEmpty(): boolean {
    return false;
  }

  override get isAscii(): boolean {
    return super.isAscii && this.#found.isAscii;
  }

  override blank(bytes: Buffer, minBytes?: number): Buffer {
    return this.#found.blank(super.blank(bytes, minBytes), minBytes);
  }

  override stars(text: string): string {
    return this.#found.stars(super.stars(text));
  }

  override text(text: string): string {
    const clean = withoutTokens(super.text(withoutValues(text)), (value) => {
      this.addSeen(value);
      return MASK;
    });
    if (this.#found.isEmpty) return clean;
    // Most texts hold no secret and are whole then.
    if (this.#found.text(clean) === clean) return clean;
    return clean
      .split('\n')
      .map((line) => (FRAME.test(line) ? line : this.#found.text(line)))
      .join('\n');
  }
}

/** A check may print the source of its page. */
function withoutValues(text: string): string {
  return /<input\b/i.test(text) ? withoutPasswordValues(text) : text;
}
