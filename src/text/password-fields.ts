/** A longer tag is not looked at. */
const MAX_TAG_CHARS = 20_000;
const MASK = '***';

/**
 * Replaces the values that the password fields of a page have in its HTML, whoever wrote them.
 * @param maskOf what replaces a value, which it gets with its quotes. Without it, `"***"`
 */
export function withoutPasswordValues(html: string, maskOf: (written: string) => string = () => `"${MASK}"`): string {
  const start = /<input\b/gi;
  let result = '';
  let done = 0;
  while (start.exec(html) !== null) {
    const from = start.lastIndex;
    const to = endOfTag(html, from);
    // One pass over the text, whatever a page writes into it.
    start.lastIndex = to;
    const tag = html.slice(from, to);
    if (!/\stype\s*=\s*["']?\s*password\b/i.test(tag)) continue;
    result += html.slice(done, from) + tag.replace(VALUE, (_, name: string, written: string) => name + maskOf(written));
    done = to;
  }
  return result + html.slice(done);
}

const VALUE = /(\svalue\s*=\s*)("[^"]+"|'[^']+'|[^\s"'>]+)/gi;

/** The place of a tag's `>`, which quotes may hold too, or as far as we look for it. */
function endOfTag(html: string, from: number): number {
  const limit = Math.min(html.length, from + MAX_TAG_CHARS);
  let quote = '';
  for (let at = from; at < limit; at++) {
    const char = html[at]!;
    if (quote !== '') quote = char === quote ? '' : quote;
    else if (char === '"' || char === "'") quote = char;
    else if (char === '>') return at;
  }
  return limit;
}
