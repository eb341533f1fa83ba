import { stripVTControlCharacters } from 'node:util';

/** Whatever has a meaning in Markdown or HTML, or calls a person by name. */
const MEANING = /[&<>|`*_[\]()@\\~#!$"'{}:/]/g;

/** Text from a site on one line of Markdown, with nothing of it left that is markup, a link or a mention. */
export function markdownText(text: string, most: number): string {
  const line = stripVTControlCharacters(text)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim();
  const short = line.length > most ? `${line.slice(0, most).toWellFormed()}…` : line;
  return short.replaceAll(MEANING, (char) => `&#${char.charCodeAt(0)};`);
}
