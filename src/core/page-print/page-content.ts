import type { SentPage } from '../sent-page.ts';
import { tagsIn, type Tag } from './tags.ts';

/** How much of the tags around a tag belongs to its path. */
const PATH_TAGS = 3;
/** The bytes of a sketch. */
const SKETCH_BYTES = 64;
const MAX_FIELDS = 16;
const FIELD_DIGITS = 4;

/** Ads, counters and pictures come and go with each load. */
const IGNORED = new Set(
  'script style link meta noscript template iframe ins img picture source svg base br wbr title object embed'.split(
    ' ',
  ),
);
const FIELDS = new Set(['input', 'select', 'textarea']);
/** Nobody fills these in. Hidden ones often hold a token. */
const NO_FIELD = new Set(['hidden', 'submit', 'button', 'image', 'reset']);

/** What is compared of the bytes of a document: its title, its form fields and the shape of its tags. */
export function contentOf(html: string): Pick<SentPage, 'title' | 'fields' | 'shape'> {
  const paths = new Set<string>();
  const fields = new Set<string>();
  let title = '';
  for (const tag of tagsIn(html)) {
    if (tag.name === 'title') title ||= hashOfTitle(tag.text);
    if (IGNORED.has(tag.name)) continue;
    paths.add([...tag.around.slice(-PATH_TAGS), tag.name].join('>'));
    const field = fieldOf(tag);
    if (field !== undefined) fields.add(hex(hashOf(field)).slice(0, FIELD_DIGITS));
  }
  return { title, fields: [...fields].toSorted().slice(0, MAX_FIELDS).join(''), shape: sketchOf(paths) };
}

/**
 * A sketch of a set of tokens, in base64 (MinHash): each byte is from the smallest of one hash over all tokens. So each byte of
 * two sketches is equal with about the probability that is the share of their common tokens.
 */
export function sketchOf(tokens: ReadonlySet<string>): string {
  if (tokens.size === 0) return '';
  const hashes = [...tokens].map(hashOf);
  const bytes = Uint8Array.from({ length: SKETCH_BYTES }, (_, index) => {
    const seed = Math.imul(index + 1, 0x9e_37_79_b1);
    return hashes.reduce((least, hash) => Math.min(least, mixed(hash ^ seed)), 0xff_ff_ff_ff) & 0xff;
  });
  return Buffer.from(bytes).toString('base64');
}

/** The kind and the name of a form field. A name that looks like a token is left out. */
function fieldOf({ name, attributes }: Tag): string | undefined {
  if (!FIELDS.has(name)) return undefined;
  const type = (attributeOf(attributes, 'type') || 'text').toLowerCase();
  if (name === 'input' && NO_FIELD.has(type)) return undefined;
  const given = attributeOf(attributes, 'name').toLowerCase();
  return `${name} ${name === 'input' ? type : ''} ${/^[a-z_.:[\]-]{1,24}$/.test(given) ? given : ''}`;
}

function attributeOf(attributes: string, name: string): string {
  const found = new RegExp(`(?:^|[\\s"'/])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(attributes);
  return found?.[1] ?? found?.[2] ?? found?.[3] ?? '';
}

/** Counters in a title, such as `(3) Inbox`, do not make it another one. */
function hashOfTitle(title: string): string {
  const plain = title
    .replace(/[\p{N}\p{P}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();
  return plain === '' ? '' : hex(hashOf(plain));
}

/** FNV-1a, 32 bits, with a mix at the end. */
function hashOf(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01_00_01_93);
  return mixed(hash);
}

/** The finalizer of MurmurHash3. */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85_eb_ca_6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2_b2_ae_35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0');
}
