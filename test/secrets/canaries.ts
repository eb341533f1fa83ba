import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';
import { fromBufferPromise } from 'yauzl';

/** Values that no output may have, by where they come from. */
export const CANARIES = {
  env: 'Kanar1&<"ü"-of-env',
  'grid password': 'Kanar2-of-grid',
  'typed password': 'Kanar3/of keys',
  'typed by actions': 'Kanar4-of-actions',
  header: 'Kanar5-of-header',
  'url token': 'Kanar6-of-url',
  'value attribute': 'Kanar7-of-value',
} as const;

/** Every way to write a canary that some output uses. */
function formsOf(canary: string): Buffer[] {
  const html = canary.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const json = JSON.stringify(canary).slice(1, -1);
  const ascii = canary.replace(/[^\x20-\x7e]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const texts = [
    canary,
    encodeURIComponent(canary),
    encodeURI(canary),
    new URLSearchParams([['', canary]]).toString().slice(1),
    json,
    ascii.replaceAll('"', '\\"'),
    ascii.replaceAll('"', '\\"').replaceAll('&', '\\u0026').replaceAll('<', '\\u003c'),
    html,
    html.replaceAll('"', '&quot;'),
    canary.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`),
  ];
  const bytes = texts.map((text) => Buffer.from(text));
  // Base64 of a text that holds it depends on how many bytes are before it.
  const base64 = [0, 1, 2].map((shift) => {
    const skip = [0, 2, 3][shift]!;
    return Buffer.from(
      Buffer.from(`${'x'.repeat(shift)}${canary}`)
        .toString('base64')
        .slice(skip, -4),
    );
  });
  return [...bytes, ...base64, Buffer.from(canary, 'utf16le')];
}

const FORMS = Object.entries(CANARIES).map(([from, canary]) => ({ from, forms: formsOf(canary) }));

/** Which canaries some bytes hold. */
function canariesIn(bytes: Buffer): string[] {
  // A line of quoted-printable may be cut anywhere.
  const joined = Buffer.from(bytes.toString('latin1').replaceAll('=\r\n', ''), 'latin1');
  return FORMS.filter(({ forms }) => forms.some((form) => bytes.includes(form) || joined.includes(form))).map(
    ({ from }) => from,
  );
}

/** Scans texts that were printed, and all files below the folders, with their names. Returns what holds a canary. */
export async function leaks(printed: readonly string[], folders: readonly string[]): Promise<string[]> {
  const found = printed.flatMap((text) => canariesIn(Buffer.from(text)).map((from) => `printed: ${from}`));
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
      const path = join(entry.parentPath, entry.name);
      const name = relative(folder, path);
      found.push(...canariesIn(Buffer.from(name)).map((from) => `the name ${name}: ${from}`));
      if (!entry.isFile()) continue;
      for (const [part, bytes] of await partsOf(name, await readFile(path)))
        found.push(...canariesIn(bytes).map((from) => `${part}: ${from}`));
    }
  }
  return found;
}

/** A file, and what is packed in it: the files of a zip, the data of a report, and what they are once decompressed. */
async function partsOf(name: string, bytes: Buffer): Promise<(readonly [string, Buffer])[]> {
  const parts: (readonly [string, Buffer])[] = [[name, bytes]];
  if (name.endsWith('.zip')) {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true });
    for await (const entry of zip.eachEntry())
      parts.push([`${name}/${entry.fileName}`, await buffer(await zip.openReadStreamPromise(entry))]);
  }
  for (const [, packed] of bytes.toString('latin1').matchAll(/"deflateRaw":"([^"]+)"/g))
    parts.push([`${name}, unpacked`, inflateRawSync(Buffer.from(packed!, 'base64'))]);
  return parts.flatMap(([part, whole]) => [
    [part, whole] as const,
    ...decompressed(whole).map((plain) => [`${part}, decompressed`, plain] as const),
  ]);
}

function decompressed(bytes: Buffer): Buffer[] {
  return [gunzipSync, inflateSync, inflateRawSync, brotliDecompressSync].flatMap((decompress) => {
    try {
      return [decompress(bytes)];
    } catch {
      return [];
    }
  });
}
