/** A start tag of a document. */
export interface Tag {
  readonly name: string;
  /** The tags around it, outermost first. */
  readonly around: readonly string[];
  /** Its attributes, as they are written. */
  readonly attributes: string;
  /** The text in it, for a title only. */
  readonly text: string;
}

/** A longer document is read up to here. */
const MAX_CHARS = 1_000_000;
const MAX_TAGS = 20_000;
/** A tag without an end is read up to here. */
const MAX_TAG_CHARS = 2_000;
const MAX_DEPTH = 100;

const VOID = new Set('area base br col embed hr img input link meta param source track wbr'.split(' '));
/** What is in them is no part of the document's tags, or differs with each load. */
const OPAQUE = new Set('script style textarea title noscript template svg iframe xmp noembed noframes math'.split(' '));
/** One of these ends the one before it. */
const CLOSES_ITSELF = new Set('li p td th tr option dt dd'.split(' '));

/**
 * The start tags of an HTML document, in order. It is no full parser: two loads of a page need to give the same tags, and
 * any text has to give some in a time that is proportional to its length.
 */
export function* tagsIn(html: string): Generator<Tag> {
  const text = html.slice(0, MAX_CHARS);
  const open: string[] = [];
  let at = 0;
  for (let count = 0; count < MAX_TAGS;) {
    at = text.indexOf('<', at);
    if (at < 0) return;
    if (text.startsWith('<!--', at)) {
      const end = text.indexOf('-->', at + 4);
      if (end < 0) return;
      at = end + 3;
      continue;
    }
    const name = nameAt(text, text[at + 1] === '/' ? at + 2 : at + 1);
    if (name === '') {
      at += 1;
      continue;
    }
    const end = endOfTag(text, at);
    const isEnd = text[at + 1] === '/';
    const attributes = text.slice(at + 1 + name.length, end);
    at = end + 1;
    count++;
    if (isEnd) {
      const index = open.lastIndexOf(name);
      if (index >= 0) open.length = index;
      continue;
    }
    if (CLOSES_ITSELF.has(name) && open.at(-1) === name) open.pop();
    const closing = OPAQUE.has(name) ? endOf(text, name, at) : at;
    yield { name, around: open, attributes, text: name === 'title' ? text.slice(at, closing) : '' };
    at = closing;
    if (!VOID.has(name) && !OPAQUE.has(name) && open.length < MAX_DEPTH) open.push(name);
  }
}

function nameAt(text: string, at: number): string {
  return (/^[a-z][a-z0-9:-]{0,30}/i.exec(text.slice(at, at + 32))?.[0] ?? '').toLowerCase();
}

/** Where the tag's `>` is. One in quotes does not count. */
function endOfTag(text: string, from: number): number {
  const limit = Math.min(text.length, from + MAX_TAG_CHARS);
  let quote = '';
  for (let at = from; at < limit; at++) {
    const char = text[at]!;
    if (quote === '' && char === '>') return at;
    if (quote === '' && (char === '"' || char === "'") && text[at - 1] === '=') quote = char;
    else if (char === quote) quote = '';
  }
  const end = text.indexOf('>', from);
  return end < 0 ? text.length : end;
}

function endOf(text: string, name: string, from: number): number {
  const closing = new RegExp(`</${name}`, 'gi');
  closing.lastIndex = from;
  return closing.exec(text)?.index ?? text.length;
}
