/**
 * What the server sent for the first document of an attempt, so that two loads can be compared. It is made from the
 * document's own bytes, never from the live page: an extension may have changed that. At most 1 kB.
 */
export interface SentPage {
  /**
   * Status and address of each answer, such as `302 https://example.com/login?next`. The last one is the document. Addresses
   * have no values of the query, and `*` for parts that look like a token.
   */
  readonly chain: readonly string[];
  /** The header `content-language`; empty if there is none. */
  readonly language: string;
  /** A hash of the title without its digits; empty if there is none. */
  readonly title: string;
  /** Hashes of the form fields that a user fills in, sorted: four hex digits for each. */
  readonly fields: string;
  /** A sketch of the document's tags, in base64; empty if it has none. Sketches of like documents have many bytes in common. */
  readonly shape: string;
  /** A rule of an extension blocked or redirected the request. */
  readonly byExtension?: boolean;
}
