import type { IncomingHttpHeaders } from 'node:http';
import type { RequestKind } from '../core/replay-record.ts';

/** What a request is for, by the header `sec-fetch-dest`. */
const BY_DESTINATION: Readonly<Record<string, RequestKind>> = {
  audio: 'media',
  audioworklet: 'script',
  document: 'document',
  embed: 'document',
  empty: 'fetch',
  fencedframe: 'document',
  font: 'font',
  frame: 'document',
  iframe: 'document',
  image: 'image',
  object: 'document',
  paintworklet: 'script',
  script: 'script',
  serviceworker: 'script',
  sharedworker: 'script',
  style: 'style',
  track: 'media',
  video: 'media',
  worker: 'script',
  xslt: 'style',
};
const BY_ENDING: Readonly<Record<string, RequestKind>> = { js: 'script', mjs: 'script', css: 'style' };

/** What a request is for. Chrome does not say it to sites without TLS, so there it follows from `accept` and the path. */
export function requestKind(headers: IncomingHttpHeaders, url: string): RequestKind {
  const destination = headers['sec-fetch-dest'];
  if (typeof destination === 'string') return BY_DESTINATION[destination] ?? 'other';
  const accept = headers.accept ?? '';
  if (accept.includes('text/html')) return 'document';
  if (accept.startsWith('text/css')) return 'style';
  if (accept.startsWith('image/')) return 'image';
  const ending = /\.([a-z0-9]+)$/i.exec(URL.parse(url)?.pathname ?? '')?.[1]?.toLowerCase() ?? '';
  return BY_ENDING[ending] ?? 'other';
}

/**
 * Does Chrome ask for itself: for updates, accounts, suggestions or the icon of a tab? No recording has these requests, and no
 * page sees their answers. What a page or an extension asks for has `accept`.
 */
export function isOfBrowser(headers: IncomingHttpHeaders, url: string): boolean {
  return headers.accept === undefined || URL.parse(url)?.pathname === '/favicon.ico';
}
