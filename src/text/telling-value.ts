/** A shorter value is found everywhere. */
const MIN_CHARS = 8;
/** A value of letters alone, or of digits alone, may be a word or a time, unless it is longer. */
const MIN_PLAIN_CHARS = 20;

/** May a secret value be removed wherever it stands? A parameter or a cookie may also hold `light`, or the time of day. */
export function isTelling(value: string): boolean {
  if (value.length < MIN_CHARS) return false;
  return value.length >= MIN_PLAIN_CHARS || (/\d/.test(value) && /[a-z]/i.test(value));
}

/** The secret in a header that names its scheme, such as `Bearer …`. */
export function withoutScheme(value: string): string {
  return value.replace(/^(?:Basic|Bearer|Digest|Negotiate|Token)\s+/i, '');
}

/** A value out of a URL, decoded. If it holds a `%` that begins no code, it stays as it is. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
