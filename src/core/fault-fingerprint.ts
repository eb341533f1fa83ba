import { createHash } from 'node:crypto';
import type { Fault } from './fault.ts';
import { hostOf } from './host.ts';
import type { Site } from './site.ts';

/** Messages come from sites and may be very long. What distinguishes faults is at the beginning. */
const MAX_MESSAGE_CHARS = 4000;
const MAX_MESSAGE_LINES = 6;
const MAX_STACK_CHARS = 16_000;
const MAX_FRAMES = 3;

/** Parts that vary from site to site and from day to day, and what replaces them. Larger parts must come first. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>)\]},]{1,2000}/gi, '<url>'],
  [/\bdata:[a-z]{1,20}\/[^\s"'`<>)]{1,2000}/gi, '<url>'],
  [/"(?:[^"\\\n]|\\.){0,1000}"/g, '<value>'],
  [/`[^`\n]{0,1000}`/g, '<value>'],
  [/“[^”\n]{0,1000}”/g, '<value>'],
  // An apostrophe inside a word is not a quotation mark.
  [/(?<![\p{L}\p{N}])'(?:[^'\\\n]|\\.|'(?=[\p{L}])){0,1000}'(?!\p{L})/gu, '<value>'],
  [
    /\b(?:[a-z0-9-]{1,63}\.){1,10}(?:com|org|net|edu|gov|info|io|app|dev|biz|example|test|invalid|local|localhost)\b(?::\d{1,5})?/gi,
    '<host>',
  ],
  // `page.is` may be code, so a two-letter ending counts as a country only after two dots.
  [/\b(?:[a-z0-9-]{1,63}\.){2,10}[a-z]{2}\b(?::\d{1,5})?/gi, '<host>'],
  [/\blocalhost(?::\d{1,5})?\b/gi, '<host>'],
  [/\b\d[\d.,]{0,30}\s?(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b/gi, '<time>'],
  [/[\p{L}\p{N}_-]{0,200}\p{N}[\p{L}\p{N}_-]{0,200}(?:[.,:]\p{N}{1,20})*/gu, '<n>'],
  [/\b[0-9a-f]{8,}\b/gi, '<n>'],
  [/(?:<n>[.,:\s]?){2,}/g, '<n> '],
  [/\s+/g, ' '],
];

/** A fault without the parts that vary. Faults of the same shape belong to one group. Stable from run to run. */
export function faultShape(fault: Fault, site?: Pick<Site, 'id' | 'url'>): string {
  const lines = fault.message.slice(0, MAX_MESSAGE_CHARS).split('\n');
  // The lines of a diff contain the values themselves.
  const kept = lines
    .filter((line) => !/^\s*[+-](?:\s|$)/.test(line))
    .slice(0, MAX_MESSAGE_LINES)
    .join('\n');
  return [fault.code, withoutVarying(kept, site), ...framesOf(fault.stack ?? '')].join('\n');
}

/** A short name for a fault's shape. */
export function fingerprintOf(fault: Fault, site?: Pick<Site, 'id' | 'url'>): string {
  return createHash('sha256').update(faultShape(fault, site)).digest('hex').slice(0, 12);
}

function withoutVarying(text: string, site: Pick<Site, 'id' | 'url'> | undefined): string {
  let rest = text;
  if (site !== undefined) {
    // If an id is a plain word, removing it would change the message of this site only.
    for (const own of [site.url, hostOf(site.url), ...(/[\d_-]/.test(site.id) ? [site.id] : [])])
      rest = rest.replaceAll(own, '<site>');
    rest = rest.replaceAll(/(?:[a-z]{1,10}:\/\/)?<site>(?::\d{1,5})?(?:[/?#][^\s"'`<>)]{0,2000})?/g, '<url>');
  }
  for (const [pattern, name] of VARYING) rest = rest.replaceAll(pattern, name);
  // It is chance whether a fault names a host or one of its pages.
  return rest.replaceAll('<host>', '<url>').trim();
}

/** The frames in the user's own files and in the page's scripts, without the parts that vary. */
function framesOf(stack: string): string[] {
  const frames: string[] = [];
  for (const line of stack.slice(0, MAX_STACK_CHARS).split('\n')) {
    const frame = /^\s{0,20}at (.{1,2000})$/.exec(line)?.[1];
    if (frame === undefined || /node_modules[\\/]|\bnode:|<anonymous>$|^native\b/.test(frame)) continue;
    frames.push(frameShape(frame));
    if (frames.length === MAX_FRAMES) break;
  }
  return frames;
}

/** A check file keeps its line, which identifies the assertion. A page's script differs on every site. */
function frameShape(frame: string): string {
  if (/\b(?:https?|blob|chrome-extension):/.test(frame))
    return `at ${frame.replace(/\(?\b(?:https?|blob|chrome-extension):.*$/, '<url>')}`;
  const place = /([^()\\/\s]+?)(?:\?[^:()]*)?(:\d+)?(?::\d+)?\)?$/.exec(frame);
  return `at ${place?.[1] ?? ''}${place?.[2] ?? ''}`;
}
