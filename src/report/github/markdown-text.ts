import { stripVTControlCharacters } from 'node:util';

/** Characters with a meaning in Markdown or HTML, and those that mention a person. */
const MEANING = /[&<>|`*_[\]()@\\~#!$"'{}:/]/g;

/** Text from a site as one line of Markdown, without markup, links or mentions. */
export function markdownText(text: string, maxChars: number): string {
  const line = stripVTControlCharacters(text)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim();
  const short = line.length > maxChars ? `${line.slice(0, maxChars).toWellFormed()}…` : line;
  return short.replaceAll(MEANING, (char) => `&#${char.charCodeAt(0)};`);
}
