/** A way in which a secret may stand in a text. */
export interface SecretForm {
  readonly text: string;
  /** As many bytes, which hide it. In Base64 they are Base64 too, so that a page can still decode what is around them. */
  readonly blank: Buffer;
}

/** Base64 of a shorter secret could stand anywhere by chance. */
const MIN_BASE64_BYTES = 6;
/** Nothing escapes these characters. */
const PLAIN = /^[\w.-]*$/;

/** The secret as it is, in JSON, in a URL (both ways to write a space, both cases of an escape), and in HTML. */
export function usualForms(secret: string): SecretForm[] {
  if (PLAIN.test(secret)) return [starred(secret)];
  const wellFormed = secret.toWellFormed();
  const json = JSON.stringify(secret).slice(1, -1);
  const url = encodeURIComponent(wellFormed);
  const form = new URLSearchParams([['', wellFormed]]).toString().slice(1);
  const html = inHtml(secret);
  const lower = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  const texts = [secret, json, JSON.stringify(json).slice(1, -1), url, lower(url), form, lower(form)];
  return [...new Set([...texts, encodeURI(wellFormed), html, html.replaceAll('"', '&quot;')])].map(starred);
}

/** The secret as other languages and libraries write it in JSON, in a URL and in HTML, and in Base64. */
export function otherForms(secret: string): SecretForm[] {
  const escaped = PLAIN.test(secret) ? [] : new Set([...otherJson(secret), otherUrl(secret), ...otherHtml(secret)]);
  return [...[...escaped].map(starred), ...inBase64(secret)];
}

function starred(text: string): SecretForm {
  return { text, blank: Buffer.alloc(Buffer.byteLength(text), '*') };
}

/** How a secret may stand in Base64: it depends on how many bytes are before it. Its first and last bits may stay. */
function inBase64(secret: string): SecretForm[] {
  const bytes = Buffer.from(secret);
  if (bytes.length < MIN_BASE64_BYTES) return [];
  const stars = Buffer.alloc(bytes.length, '*');
  return [0, 1, 2].flatMap((before) => {
    const text = base64Within(bytes, before);
    const texts = new Set([text, text.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(text)]);
    const hidden = base64Within(stars, before);
    return [...texts].map((form) => ({ text: form, blank: Buffer.from(hidden.padEnd(form.length, 'A')) }));
  });
}

/** The characters of Base64 that hold nothing but these bytes, if so many other bytes are before them. */
function base64Within(bytes: Buffer, before: number): string {
  const base64 = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const isWhole = (before + bytes.length) % 3 === 0;
  return base64.slice([0, 2, 3][before], isWhole ? undefined : -1);
}

/** In ASCII, safe in HTML, and with escaped slashes, as PHP, Python, Go and Ruby write JSON. */
function otherJson(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = bothCases(json, /[^\x20-\x7e]/g);
  const safe = [/[<>&\u2028\u2029]/g, /[<>&'\u2028\u2029]/g].flatMap((which) =>
    ascii.flatMap((text) => bothCases(text, which)),
  );
  return safe.flatMap((text) => [text, text.replaceAll('/', '\\/')]);
}

/** The text, and with these characters escaped, in small and in capital letters. */
function bothCases(text: string, which: RegExp): string[] {
  const lower = text.replace(which, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return [text, lower, lower.replace(/\\u[0-9a-f]{4}/g, (one) => `\\u${one.slice(2).toUpperCase()}`)];
}

/** `rawurlencode` of PHP and others escape what JavaScript does not. */
function otherUrl(secret: string): string {
  return encodeURIComponent(secret.toWellFormed()).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** With numbers for special characters, as many template languages write HTML. */
function otherHtml(secret: string): string[] {
  const quoted = ['"', '&quot;', '&#34;'].map((quote) => inHtml(secret).replaceAll('"', quote));
  const named = quoted.flatMap((text) =>
    ['&#39;', '&#039;', '&#x27;', '&apos;'].map((quote) => text.replaceAll("'", quote)),
  );
  const numbered = (which: RegExp): string => secret.replace(which, (one) => `&#${one.codePointAt(0)};`);
  return [...named, ...quoted, numbered(/[&<>"']/g), numbered(/[&<>"']|[^\x20-\x7e]/gu)];
}

function inHtml(secret: string): string {
  return secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
