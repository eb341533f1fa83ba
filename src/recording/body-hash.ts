import { createHmac, randomBytes } from 'node:crypto';

/**
 * Enough to tell the few requests to one URL apart. A whole hash would also confirm a guess at a password that was in a
 * body, to anyone who has the archive and so its key: with 16 bits, one wrong guess in 65,536 fits too.
 */
const HASH_HEX_CHARS = 4;

/** A new key, in hex. Each recording has its own, so that equal bodies have other hashes elsewhere. */
export function newBodyHashKey(): string {
  return randomBytes(16).toString('hex');
}

/**
 * The hash by which a replay finds the answer to a request with this body. Recorder and replay must remove what they
 * know as secret before they call it. The boundary of a form, which is random, does not count.
 * @param key in hex
 */
export function bodyHash(key: string, body: Uint8Array): string {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return createHmac('sha256', Buffer.from(key, 'hex'))
    .update(withoutBoundary(bytes))
    .digest('hex')
    .slice(0, HASH_HEX_CHARS);
}

/** A `multipart/form-data` body begins with its boundary. */
function withoutBoundary(body: Buffer): Buffer {
  if (!body.subarray(0, 2).equals(DASHES)) return body;
  const end = body.indexOf('\r\n');
  if (end < 3 || end > MAX_BOUNDARY_BYTES) return body;
  // One character for each byte.
  const text = body.toString('latin1');
  return Buffer.from(text.replaceAll(text.slice(2, end), 'boundary'), 'latin1');
}

const DASHES = Buffer.from('--');
/** RFC 2046 allows 70. */
const MAX_BOUNDARY_BYTES = 72;
