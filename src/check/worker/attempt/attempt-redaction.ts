import { Redaction } from '../../../text/redaction.ts';
import { withoutTokens } from '../../../text/secret-names.ts';

/** A frame of a stack. Its path and its name are the user's own. */
const FRAME = /^\s+at (?:.* \()?(?:file:\/\/|node:|\/|[A-Za-z]:[\\/])[^()]*:\d+:\d+\)?$/;

/**
 * What the texts and files of one attempt must not show: the secrets of the run and of its site, what its checks typed
 * into password fields, and tokens in URLs. What was typed is not removed from other texts of the run: a password may be
 * a common word, such as `test`.
 */
export class AttemptRedaction extends Redaction {
  readonly #typed = new Redaction([]);

  /** Removes what is typed into a password field from now on. */
  addTyped(secrets: readonly string[]): void {
    this.#typed.add(secrets);
  }

  override get isEmpty(): boolean {
    return false;
  }

  override get isAscii(): boolean {
    return super.isAscii && this.#typed.isAscii;
  }

  override blank(bytes: Buffer, minBytes?: number): Buffer {
    return this.#typed.blank(super.blank(bytes, minBytes), minBytes);
  }

  override text(text: string): string {
    const clean = withoutTokens(super.text(text));
    if (this.#typed.isEmpty) return clean;
    // Most texts hold no secret and are whole then.
    if (this.#typed.text(clean) === clean) return clean;
    return clean
      .split('\n')
      .map((line) => (FRAME.test(line) ? line : this.#typed.text(line)))
      .join('\n');
  }
}
