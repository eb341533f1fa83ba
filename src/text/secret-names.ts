/** A word of a name by which its value is a secret: `x-api-key` has the word `key`. */
const SECRET_WORDS: ReadonlySet<string> = new Set(
  'auth key keys oauth otp pass passwd passphrase password pwd sess session sid sig token tokens'.split(' '),
);

/** Parts of names that are written as one word, such as `accesstoken` and `PHPSESSID`. */
const SECRET_PARTS =
  /token|secret|passw(?:or)?d|passphrase|(?:api|access|auth|private|subscription|license)key|sess(?:ion)?id|credential|authorization|signature|cookie|csrf|xsrf|jwt|saml/;

/** Standard headers that have such a word, and whose values are no secrets. */
const HARMLESS: ReadonlySet<string> = new Set(
  (
    'www-authenticate proxy-authenticate :authority authority public-key-pins sec-websocket-key ' +
    'cookie-policy access-control-allow-credentials sec-session-google-dbsc-registration origin-agent-cluster'
  ).split(' '),
);

const MASK = '***';
/** The name of a parameter of a URL, and of one in a URL that is escaped: in a JSON string, or as a parameter itself. */
const PARAMETERS = [
  /[?&;#]([A-Za-z0-9_.$~:[\]-]{1,64}|[A-Za-z0-9_.-]{1,64}%5B[A-Za-z0-9_.-]{0,64}%5D)=/gi,
  /(?:\\u0026|\\x26|%3F|%26|%23)([A-Za-z0-9_.$~:[\]-]{1,64})(?:=|%3D|\\u003d)/gi,
];
const PARAMETER_VALUE = /[^\s"'<>&;#\\]+/y;
/** The name of a header or a field. */
const FIELD = /(?<![\w.-])([A-Za-z][\w.-]{0,63})["']?\s{0,3}[:=]\s{0,3}["']?/g;
const FIELD_VALUE = /(?:(?:Basic|Bearer|Digest|Negotiate|Token)\s{1,3})?[^\s"',;&<>{}()[\]]+/iy;
const BEARER = /\b(Bearer|Basic)(\s{1,3}|%20|\+)(?=[A-Za-z+/._~-]{0,64}[0-9=])[A-Za-z0-9+/=._~-]{12,}/g;

/** Does a header, parameter or field with this name hold a secret, such as a token, a key or a password? */
export function isSecretName(name: string): boolean {
  const lower = name.toLowerCase();
  if (HARMLESS.has(lower)) return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word) => SECRET_WORDS.has(word)) || SECRET_PARTS.test(lower.replace(/[^a-z0-9]/g, ''));
}

/** What a secret value is replaced with. */
export type MaskOf = (value: string) => string;

/**
 * Replaces the values of secret parameters in the URLs of a text (`?access_token=…`), and tokens after `Bearer`. Without
 * `maskOf`, with `***`.
 */
export function withoutTokens(text: string, maskOf: MaskOf = () => MASK): string {
  const clean = PARAMETERS.reduce((result, name) => withoutValues(result, name, PARAMETER_VALUE, maskOf), text);
  return clean.replace(BEARER, (whole, scheme: string, space: string) => {
    const kept = `${scheme}${space}`;
    return `${kept}${maskOf(whole.slice(kept.length))}`;
  });
}

/** As `withoutTokens`, and replaces the values of secret headers and fields too (`X-Api-Key: …`, `{token: …}`). */
export function withoutNamedSecrets(text: string): string {
  return withoutValues(withoutTokens(text), FIELD, FIELD_VALUE, () => MASK);
}

/** Replaces each value that follows a secret name. `value` is sticky: a value may hold further names. */
function withoutValues(text: string, names: RegExp, value: RegExp, maskOf: MaskOf): string {
  let result = '';
  let done = 0;
  for (const match of text.matchAll(names)) {
    const from = match.index + match[0].length;
    if (match.index < done || !isSecretName(match[1]!)) continue;
    value.lastIndex = from;
    if (!value.test(text)) continue;
    result += text.slice(done, from) + maskOf(text.slice(from, value.lastIndex));
    done = value.lastIndex;
  }
  return done === 0 ? text : result + text.slice(done);
}
