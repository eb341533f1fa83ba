import { buffer } from 'node:stream/consumers';
import { isUtf8 } from 'node:buffer';
import { refusal, type GridrunError } from '../core/fault.ts';

/** Enough bytes to recognize any form, unless the first line is longer. */
const HEAD_BYTES = 65_536;
const MAX_FIRST_LINE_BYTES = 1_048_576;
const LINE_FEED = 10;

/** Files that are not a list, by their first bytes. */
const STRANGERS: readonly { readonly bytes: readonly number[]; readonly what: string; readonly hint: string }[] = [
  { bytes: [0xff, 0xfe], what: 'is UTF-16', hint: 'save the list as UTF-8' },
  { bytes: [0xfe, 0xff], what: 'is UTF-16', hint: 'save the list as UTF-8' },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    what: 'is a zip archive or a spreadsheet',
    hint: 'unpack it, or export the spreadsheet as CSV',
  },
  {
    bytes: [0x1f, 0x8b],
    what: 'is compressed with gzip',
    hint: 'unpack it first, as in `gunzip -c sites.txt.gz | gridrun --sites -`',
  },
];

/** The bytes of a list, with its first part read ahead. */
export interface Content {
  /** The name of the list, for messages. */
  readonly name: string;
  readonly head: string;
  /** All bytes, including the head. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Reads enough to recognize the form. Throws a refusal if the list is not UTF-8 text. */
export async function lookAt(name: string, chunks: AsyncIterable<Uint8Array>): Promise<Content> {
  const iterator = chunks[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let length = 0;
  let hasLine = false;
  while (length < HEAD_BYTES || (!hasLine && length < MAX_FIRST_LINE_BYTES)) {
    const next = await iterator.next();
    if (next.done === true) break;
    read.push(next.value);
    length += next.value.length;
    hasLine ||= next.value.includes(10);
  }
  const head = Buffer.concat(read);
  refuseStrangers(name, head);
  return { name, head: new TextDecoder().decode(head), chunks: rejoin(read, iterator) };
}

async function* rejoin(read: readonly Uint8Array[], iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* read;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
  } finally {
    await iterator.return?.();
  }
}

function refuseStrangers(name: string, head: Buffer): void {
  const stranger = STRANGERS.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (stranger !== undefined)
    throw refusal('sites.unreadable', `the site list ${name} ${stranger.what}`, { hint: stranger.hint });
  const nul = head.subarray(0, HEAD_BYTES).indexOf(0);
  if (nul === 0 || nul === 1)
    throw refusal('sites.unreadable', `the site list ${name} is UTF-16`, { hint: 'save the list as UTF-8' });
  if (nul > 1)
    throw refusal('sites.unreadable', `the site list ${name} is not text: byte ${nul} is zero`, {
      hint: 'save the list as UTF-8',
    });
  if (/^\uFEFF?\s*<[!a-z?]/i.test(head.subarray(0, 200).toString())) {
    throw refusal('sites.unreadable', `the site list ${name} is a web page or XML`, {
      hint: 'pass the URL of the list itself: JSON, NDJSON, YAML, CSV or text',
    });
  }
}

/** The chunks of a list, as they come. Throws a refusal with the line if they are not UTF-8. */
export async function* onlyUtf8(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let before = 0;
  /** A character that goes on in the next chunk. */
  let rest: Uint8Array = new Uint8Array();
  for await (const chunk of chunks) {
    const bytes =
      rest.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([rest, chunk]);
    const end = endOfWholeCharacters(bytes);
    if (!isUtf8(bytes.subarray(0, end))) throw notUtf8(name, before + lineOfBadByte(bytes));
    rest = bytes.subarray(end);
    before += countLineFeeds(bytes);
    yield chunk;
  }
  if (rest.length > 0) throw notUtf8(name, before + 1);
}

/** Where a character begins of which the last bytes are missing; the length if there is none. */
function endOfWholeCharacters(bytes: Buffer): number {
  const { length } = bytes;
  for (let count = 1; count <= Math.min(3, length); count++) {
    const byte = bytes[length - count]!;
    if (byte < 0x80) return length;
    if (byte < 0xc0) continue;
    const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return size > count ? length - count : length;
  }
  return length;
}

/** An array method would take longer than the rest of the check. */
function countLineFeeds(bytes: Buffer): number {
  let count = 0;
  for (let index = 0; index < bytes.length; index++) if (bytes[index] === LINE_FEED) count++;
  return count;
}

/** The line, from 1, that is not UTF-8. The first one may start in the middle of a character. */
function lineOfBadByte(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}

function notUtf8(name: string, line: number): GridrunError {
  return refusal('sites.unreadable', `the site list ${name} is not UTF-8: see line ${line}`, {
    hint: 'save the list as UTF-8; in Excel, this is "CSV UTF-8"',
  });
}

/** The whole list as one text, for forms that can't be read line by line. Throws a refusal if it is too long. */
export async function wholeText({ name, chunks }: Content): Promise<string> {
  const all = await buffer(chunks);
  try {
    return new TextDecoder().decode(all);
  } catch {
    throw refusal(
      'sites.unreadable',
      `the site list ${name} is too long: gridrun reads lists of this size only as NDJSON, CSV or text`,
      { hint: 'save the list as NDJSON, CSV or text' },
    );
  }
}

/**
 * Calls `onLine` with each line, without its line end, and its number from 1, until it returns false. The last line needs
 * no line end.
 */
export async function eachLine(
  chunks: AsyncIterable<Uint8Array>,
  onLine: (line: string, number: number) => boolean,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  let number = 0;
  const take = (text: string): boolean => onLine(text.endsWith('\r') ? text.slice(0, -1) : text, ++number);
  for await (const chunk of chunks) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      if (!take(start === 0 ? rest + text.slice(0, end) : text.slice(start, end))) return;
      if (start === 0) rest = '';
      start = end + 1;
    }
    rest += text.slice(start);
  }
  rest += decoder.decode();
  if (rest !== '') take(rest);
}
