import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';

/** In bytes. Smaller data is not packed, so that a person can read it in the file. */
const PLAIN_CHARS = 32_768;

/**
 * JSON that may stand in a script element of a page, whatever texts of sites are in it: with no `<` there is no end of
 * the element and no comment, and what ends a line only in JavaScript is escaped.
 */
function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** The same, packed if it is large: `{"deflateRaw": "<base64>"}`, which the page unpacks by itself. */
export async function packedJson(value: unknown): Promise<string> {
  const json = JSON.stringify(value);
  if (json.length <= PLAIN_CHARS) return scriptJson(value);
  const packed = await promisify(deflateRaw)(json, { level: 9 });
  return `{"deflateRaw":"${packed.toString('base64')}"}`;
}
