import { stripVTControlCharacters } from 'node:util';

/** Controls of both sets, line and paragraph separators, and what turns the direction of the text around it. */
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/g;

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/**
 * Text from a site, made safe for a terminal, on one line: escape sequences are dropped, every other control is
 * written as `\n` or `\u0007`, so that a page can neither move the cursor nor pass for a line of ours.
 */
export function terminalText(text: string): string {
  return (
    stripVTControlCharacters(text)
      .toWellFormed()
      // What GitHub's runner would take for a command of ours, wherever a line of a site's is the first on its own.
      .replace(/^(\s*)::(?=.*::)/, '$1: :')
      .replaceAll('##[', '# #[')
      .replaceAll(UNSAFE, (char) => NAMED[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  );
}

/** A title, made safe and cut. It is on one line, even if the suite's part of it has several. */
export function terminalTitle(title: string, maxChars = 200): string {
  return terminalLine(title.trim().replace(/\s*[\r\n]+\s*/g, ' '), maxChars);
}

/** The first line of a text, made safe and cut at `maxChars`. */
export function terminalLine(text: string, maxChars = 200): string {
  const first = stripVTControlCharacters(text).trimStart().split(/\r?\n/, 1)[0] ?? '';
  const safe = terminalText(first.length > maxChars ? `${first.slice(0, maxChars)}…` : first);
  return safe;
}
