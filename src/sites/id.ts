import { hash } from 'node:crypto';
import { SITE_ID } from '../core/site.ts';
import { hostOf } from '../core/host.ts';

/** An id is a folder's name under `evidence/`, which most file systems limit to 255 bytes. */
const MAX_ID_LENGTH = 200;
const PLAIN_URL = /^https:\/\/((?:[a-z0-9][a-z0-9-]*\.)*[a-z0-9][a-z0-9-]*)\/$/;
const MAX_PLAIN_LENGTH = 100;
const MAX_SLUG_LENGTH = 60;

/**
 * The id of a site that the list gives none, from its canonical URL alone. `https://www.example.com/` is
 * `www_example_com`; whatever else there is (a path, a port, http, an underscore in the host) adds `__` and a hash of
 * the whole URL. A plain host has no empty label, so `__` keeps the two kinds apart and no two URLs share an id.
 */
export function idOf(url: string): string {
  const host = PLAIN_URL.exec(url)?.[1];
  if (host !== undefined && host.length <= MAX_PLAIN_LENGTH) return plainId(host);
  const slug = hostOf(url)
    .replace(/[^a-z0-9-]+/g, '_')
    .replace(/^[^a-z0-9]+|_+$/g, '')
    .slice(0, MAX_SLUG_LENGTH);
  // Joined, as in `plainId`: a million of them are 80 MB smaller.
  return [slug === '' ? 'site' : slug, '__', hash('sha256', url).slice(0, 12)].join('');
}

/** The id of `https://<host>/` where the host has no underscore. */
export function plainId(host: string): string {
  // Splitting and joining gives a string in one piece; `replaceAll` gives one of parts, of twice the size.
  return host.split('.').join('_');
}

export function isSiteId(id: string): boolean {
  return id.length <= MAX_ID_LENGTH && SITE_ID.test(id);
}
