/** A site's URL in its canonical form, or what is wrong with it and what would be right. */
export type ReadUrl = { readonly url: string } | { readonly wrong: string };

const PLAIN_DOMAIN = /^(?:https:\/\/)?((?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,})\/?$/;
const PLAIN_URL =
  /^https?:\/\/(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{2,}\/(?:[\w~-][\w.~-]*(?:\/[\w~-][\w.~-]*)*\/?)?(?:\?[\w.~=&-]*)?$/;
const BARE_WITH_PORT = /^[^/?#:@]+:\d{1,5}(?:[/?#]|$)/;
const SCHEME = /^([a-z][a-z0-9+.-]*):/i;
const WEB = /^https?:\/\/[^/]/i;
const HOST = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/;
/** Characters that nobody sees. Joiners are left out: some languages and emoji need them. */
const INVISIBLE = /(?![\u200C\u200D])[\p{Cf}\u115F\u1160\u3164\uFFA0]/u;
const QUOTED = /^["'`\u2018-\u201F\u00AB\u2039].*["'`\u2018-\u201F\u00BB\u203A]$/su;
/** A quotation mark in the host, which the URL parser would make a part of its name. */
const QUOTE_IN_HOST = /^(?:https?:\/\/)?[^/?#]*["'`\u2018-\u201F\u00AB\u00BB\u2039\u203A]/i;
const UNPRINTABLE = /[\s\u0000-\u001f\u007f-\u009f]/;

/**
 * The host of a text that is only a plain domain, with or without `https://` before it and `/` after it. This saves the
 * URL parser for most of a long list. `xn--` labels go to the parser, because it knows which are valid.
 */
export function plainDomain(text: string): string | undefined {
  if (text.length > 100 || text.includes('xn--')) return undefined;
  return PLAIN_DOMAIN.exec(text)?.[1];
}

/**
 * The URL of a plain domain. join() gives a string in one piece. A concatenation would keep its parts, and with them the
 * chunk of the file that they came from: 100 MB in a million sites.
 */
export function urlOfPlain(host: string): string {
  return ['https://', host, '/'].join('');
}

/** Whether the URL parser is sure to return the same text. */
function isCanonical(text: string): boolean {
  return text.length < 1000 && PLAIN_URL.test(text) && !text.includes('xn--');
}

/** Reads a URL, or a bare domain, which means https. Never throws, and never shows a password. */
export function readUrl(text: string): ReadUrl {
  const plain = plainDomain(text);
  if (plain !== undefined) return { url: urlOfPlain(plain) };
  if (isCanonical(text)) return { url: ['http', text.slice('http'.length)].join('') };
  if (text === '') return { wrong: 'the URL is empty; write a domain such as example.com, or a URL' };
  if (text.includes('\uFFFD')) return { wrong: `${quoted(text)} is not UTF-8; save the list as UTF-8` };
  const invisible = INVISIBLE.exec(text)?.[0];
  if (invisible !== undefined) {
    const code = invisible.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
    return { wrong: `${quoted(text)} contains an invisible character (U+${code}); delete it` };
  }
  if (UNPRINTABLE.test(text))
    return { wrong: `${quoted(text)} contains a space or a control character; write %20 for a space` };
  if (QUOTED.test(text)) return { wrong: `${quoted(text)} is in quotation marks; remove them` };
  if (QUOTE_IN_HOST.test(text)) return { wrong: `${quoted(text)} has a quotation mark in its host; remove it` };
  const bare = !SCHEME.test(text) || BARE_WITH_PORT.test(text);
  if (!bare && !WEB.test(text)) return { wrong: wrongScheme(text) };
  const parsed = URL.parse(bare ? `https://${text}` : text);
  if (parsed === null || text.startsWith('/'))
    return { wrong: `${quoted(text)} is not a URL; write it as https://example.com/login` };
  if (parsed.username !== '' || parsed.password !== '') {
    return {
      wrong: `${quoted(text)} contains credentials; name environment variables in "env" and let the checks read them`,
    };
  }
  if (!HOST.test(parsed.hostname) && !parsed.hostname.startsWith('[')) {
    return { wrong: `${quoted(text)} has a host that is not valid in DNS; write it as https://example.com/login` };
  }
  if (bare && !parsed.hostname.includes('.') && parsed.port === '' && !/^(?:localhost$|\[)/.test(parsed.hostname)) {
    return { wrong: `${quoted(text)} is not a domain; if it is a host name, write https://${parsed.hostname}/` };
  }
  return { url: parsed.href };
}

function wrongScheme(text: string): string {
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase() ?? '';
  if (/^https?$/.test(scheme)) return `${quoted(text)} has no host; write it as ${scheme}://example.com/`;
  return `${quoted(text)} has the scheme "${scheme}"; only http and https are allowed`;
}

/** A value of the list for a message: short, escaped, and without credentials of a URL. */
export function quoted(value: unknown): string {
  const safe =
    typeof value === 'string' ? value.replace(/^([a-z][a-z0-9+.-]*:)?([/\\]*)[^/\\?#]*@/i, '$1$2***@') : value;
  const text = (JSON.stringify(safe) ?? String(safe)).replace(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    '\uFFFD',
  );
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
