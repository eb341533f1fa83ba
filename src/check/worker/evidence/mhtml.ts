import { withoutPasswordValues } from '../../../text/password-fields.ts';
import type { Redaction } from '../../../text/redaction.ts';
import { withoutTokens } from '../../../text/secret-names.ts';
import { withoutCredentials } from '../../../wire/endpoint.ts';

/**
 * Returns MHTML that holds no secret; undefined if it holds one, or may. Tokens in URLs and the values of password fields
 * are replaced in every part alike, so that the parts still find each other. Other secrets cannot be replaced in text that
 * is encoded, so the page is then not kept at all.
 */
export function mhtmlWithoutSecrets(mhtml: string, redaction: Redaction): string | undefined {
  const shown = mhtml.replace(/^(?:Snapshot-)?Content-Location:.*$/gim, (line) =>
    withoutTokens(withoutCredentials(line)),
  );
  const boundary = /boundary="([^"]+)"/.exec(shown)?.[1];
  // Other characters have different bytes in each encoding that a style sheet may use.
  if (boundary === undefined || !redaction.isAscii) return undefined;
  const mark = `--${boundary}`;
  const parts = shown.split(mark).map(withoutNamed);
  return parts.every((part) => isClean(part, redaction)) ? parts.join(mark) : undefined;
}

/** A part without the tokens and values that have a name. A part that has none stays as it is. */
function withoutNamed(part: string): string {
  const { head, gap, body, encoding } = split(part);
  if (encoding !== 'quoted-printable') return part;
  // One character for each byte: the names are ASCII, whatever the encoding of the rest is.
  const text = bytesOf(body, encoding).toString('latin1');
  const clean = withoutTokens(withoutPasswordValues(text));
  return clean === text ? part : `${head}${gap}${quotedPrintable(clean)}`;
}

function isClean(part: string, redaction: Redaction): boolean {
  const { head, body, encoding } = split(part);
  const bytes = bytesOf(body, encoding);
  const text = bytes.toString('utf8');
  if (/^Content-Type:\s*text\//im.test(head) && withoutCredentials(text) !== text) return false;
  return [head, text, bytes.toString('utf16le')].every((form) => redaction.text(form) === form);
}

function split(part: string): { head: string; gap: string; body: string; encoding: string | undefined } {
  const headEnd = /\r?\n\r?\n/.exec(part);
  const head = part.slice(0, headEnd?.index ?? part.length);
  const body = headEnd === null ? '' : part.slice(headEnd.index + headEnd[0].length);
  const encoding = /^Content-Transfer-Encoding:\s*(\S+)/im.exec(head)?.[1]?.toLowerCase();
  return { head, gap: headEnd?.[0] ?? '', body, encoding };
}

function bytesOf(body: string, encoding: string | undefined): Buffer {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding !== 'quoted-printable') return Buffer.from(body);
  const joined = body.replace(/=\r?\n/g, '');
  return Buffer.from(
    joined.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

/** @param bytes one character for each byte */
function quotedPrintable(bytes: string): string {
  const escaped = bytes.replace(
    /[^\t\r\n\x20-\x3c\x3e-\x7e]|[\t\x20](?=\r?\n)|(?<!\r)\n|\r(?!\n)/g,
    (byte) => `=${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
  return escaped.replace(/[^\r\n]{70}(?=[^\r\n])/g, (line) => {
    // An escape must not be cut.
    const cut = /=[0-9A-F]?$/.exec(line)?.index ?? line.length;
    return `${line.slice(0, cut)}=\r\n${line.slice(cut)}`;
  });
}
