import type { SentPage } from '../sent-page.ts';

/** What is known of one answer of the server. */
export interface SentAnswer {
  readonly url: string;
  readonly status: number;
}

/** Two loads of one page have most paths of tags in common, even if lists, ads and counters in it change. */
const SAME_SHAPE = 0.5;
/** If the chain or the title differs, the shape has to say for sure that it is one page. */
const SURELY_SAME_SHAPE = 0.9;
const SAME_FIELDS = 0.7;

const MAX_HOPS = 4;
const MAX_ADDRESS = 140;
const MAX_LANGUAGE = 20;
const FIELD_DIGITS = 4;

/** A short name of a language, as the header has it. */
export function languageIn(header: string): string {
  return header.trim().toLowerCase().slice(0, MAX_LANGUAGE);
}

/** The chain of a document. Keeps the last hops if there are many. */
export function chainOf(answers: readonly SentAnswer[]): string[] {
  return answers.slice(-MAX_HOPS).map(({ url, status }) => `${status} ${addressOf(url)}`);
}

/** Did the server send the same page twice? Symmetric. A page is the same as itself. */
export function isSamePage(a: SentPage, b: SentPage): boolean {
  if (statusIn(a) !== statusIn(b)) return false;
  if (a.language !== '' && b.language !== '' && a.language !== b.language) return false;
  if (shareInCommon(fieldsIn(a), fieldsIn(b)) < SAME_FIELDS) return false;
  const hasOtherChain = a.chain.join('\n') !== b.chain.join('\n');
  const hasOtherTitle = a.title !== b.title;
  if (hasOtherChain && hasOtherTitle) return false;
  return likeness(a.shape, b.shape) >= (hasOtherChain || hasOtherTitle ? SURELY_SAME_SHAPE : SAME_SHAPE);
}

/** How alike two sketches are, from 0 to 1: about the share of tokens that both have, of all tokens that one has. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const [left, right] = [Buffer.from(a, 'base64'), Buffer.from(b, 'base64')];
  if (left.length !== right.length || left.length === 0) return 0;
  return left.filter((byte, index) => byte === right[index]).length / left.length;
}

function statusIn({ chain }: SentPage): string {
  return chain.at(-1)?.split(' ', 1)[0] ?? '';
}

function fieldsIn({ fields }: SentPage): Set<string> {
  const found = new Set<string>();
  for (let at = 0; at < fields.length; at += FIELD_DIGITS) found.add(fields.slice(at, at + FIELD_DIGITS));
  return found;
}

function shareInCommon(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const all = new Set([...a, ...b]).size;
  return all === 0 ? 1 : (a.size + b.size - all) / all;
}

function addressOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const { protocol, host, pathname, searchParams } = new URL(url);
  const path = pathname.split('/').map(withoutToken).join('/');
  const names = [...new Set(searchParams.keys())].map(withoutToken).toSorted().map(encodeURIComponent);
  return `${protocol}//${host}${path}${names.length === 0 ? '' : `?${names.join('&')}`}`.slice(0, MAX_ADDRESS);
}

/** A part of an address, or `*` if it looks like a number or a token. */
function withoutToken(part: string): string {
  return /\d{4}|\d.*[a-z].*\d|^\d+$/i.test(part) || part.length > 40 ? '*' : part;
}
