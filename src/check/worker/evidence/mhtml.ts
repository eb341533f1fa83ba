import type { Redaction } from '../../../text/redaction.ts';
import { withoutCredentials } from '../../../wire/endpoint.ts';

/**
 * Returns MHTML that holds no secret; undefined if it holds one, or may. The parts are encoded and link to each other,
 * and replacing text would break them, so the page is kept whole or not at all.
 */
export function mhtmlWithoutSecrets(mhtml: string, redaction: Redaction): string | undefined {
  const shown = mhtml.replace(/^(?:Snapshot-)?Content-Location:.*$/gim, withoutCredentials);
  const boundary = /boundary="([^"]+)"/.exec(shown)?.[1];
  // Other characters have different bytes in each encoding that a style sheet may use.
  if (boundary === undefined || !redaction.isAscii) return undefined;
  return shown.split(`--${boundary}`).every((part) => isClean(part, redaction)) ? shown : undefined;
}

function isClean(part: string, redaction: Redaction): boolean {
  const headEnd = /\r?\n\r?\n/.exec(part);
  const head = part.slice(0, headEnd?.index ?? part.length);
  const body = headEnd === null ? '' : part.slice(headEnd.index + headEnd[0].length);
  const bytes = bytesOf(body, /^Content-Transfer-Encoding:\s*(\S+)/im.exec(head)?.[1]?.toLowerCase());
  const text = bytes.toString('utf8');
  if (/^Content-Type:\s*text\//im.test(head) && withoutCredentials(text) !== text) return false;
  return [head, text, bytes.toString('utf16le')].every((form) => redaction.text(form) === form);
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
