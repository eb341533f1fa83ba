import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { ZipFile } from 'yazl';
import { HAR_NAME, type RecordedHar, type Recording } from './har-archive.ts';

/** Packs a recording as the zip that `readArchive` and Playwright read. */
export async function packArchive({ log, bodies }: Recording): Promise<Buffer> {
  const har: RecordedHar = { log };
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(JSON.stringify(har, undefined, 1)), HAR_NAME);
  for (const [name, bytes] of bodies) zip.addBuffer(bytes, name, { compress: !IS_COMPRESSED.test(name) });
  zip.end();
  return await buffer(zip.outputStream);
}

/** The name of a body's file, as Playwright names it: equal bodies are stored once. */
export function bodyFileName(body: Uint8Array, mimeType: string): string {
  const type = mimeType.split(';', 1)[0]!.trim().toLowerCase();
  return `${createHash('sha1').update(body).digest('hex')}.${ENDINGS[type] ?? 'dat'}`;
}

/** Files that would not get smaller. */
const IS_COMPRESSED = /\.(?:png|jpg|gif|webp|avif|woff|woff2|mp4|webm|mp3|zip)$/;

const ENDINGS: Readonly<Record<string, string>> = {
  'text/html': 'html',
  'application/xhtml+xml': 'xhtml',
  'text/css': 'css',
  'text/javascript': 'js',
  'application/javascript': 'js',
  'application/x-javascript': 'js',
  'application/json': 'json',
  'application/manifest+json': 'json',
  'application/xml': 'xml',
  'text/xml': 'xml',
  'text/plain': 'txt',
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/gif': 'gif',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/svg+xml': 'svg',
  'image/x-icon': 'ico',
  'image/vnd.microsoft.icon': 'ico',
  'font/woff': 'woff',
  'font/woff2': 'woff2',
  'application/wasm': 'wasm',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'audio/mpeg': 'mp3',
};
