import { stripVTControlCharacters } from 'node:util';

/** The characters that XML 1.0 forbids (except lone surrogates), and controls that it allows but some readers reject. */
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/g;

/**
 * Text that any XML 1.0 reader accepts. Drops terminal sequences, and replaces forbidden characters by U+FFFD. Text from a
 * site must not be able to attach a file of the CI server.
 */
export function xmlText(text: string): string {
  return stripVTControlCharacters(text)
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll(NOT_XML, '\uFFFD')
    .replaceAll('[[ATTACHMENT|', '[[ATTACHMENT ');
}

/** The same, on one line, for attributes that people read. */
export function xmlLine(text: string): string {
  return xmlText(text)
    .replaceAll(/[\t\r\n]+/g, ' ')
    .trim();
}
