import { stripVTControlCharacters } from 'node:util';

/** What XML 1.0 forbids (lone surrogates aside), and the controls that it allows but readers stumble over. */
const NOT_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uFFFE\uFFFF]/g;

/**
 * Text that any XML 1.0 reader takes: terminal sequences are dropped, forbidden characters become U+FFFD. What a site says
 * must not name a file of the CI server as an attachment.
 */
export function xmlText(text: string): string {
  return stripVTControlCharacters(text)
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll(NOT_XML, '\uFFFD')
    .replaceAll('[[ATTACHMENT|', '[[ATTACHMENT ');
}

/** The same on one line, for attributes that people read. */
export function xmlLine(text: string): string {
  return xmlText(text)
    .replaceAll(/[\t\r\n]+/g, ' ')
    .trim();
}
