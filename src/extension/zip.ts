import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { ZipFile as ZipWriter } from 'yazl';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

/** Files by their path from the root, with forward slashes. */
export type Files = ReadonlyMap<string, Buffer>;

const UNIX = 3;
const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;
/** What macOS adds to every zip that Finder makes. */
const NOT_OURS = /^__MACOSX\/|(^|\/)\.DS_Store$/;
/** The first that DOS can say: a zip of the same files is the same bytes, whenever it is made. */
const EPOCH = new Date(1980, 0, 1);

/**
 * The files of a zip, and what is wrong with it: entries that would be unpacked outside of its folder, links, and
 * entries that can't be unpacked. Throws what yauzl throws where it is no zip.
 */
export async function readZip(bytes: Buffer): Promise<{ readonly files: Files; readonly mistakes: readonly string[] }> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    // Names are ours to judge: yauzl would stop at the first bad one.
    fromBuffer(bytes, { lazyEntries: true, decodeStrings: false }, (error, opened) =>
      error ? reject(error) : resolve(opened),
    );
  });
  const files = new Map<string, Buffer>();
  const mistakes: string[] = [];
  await new Promise<void>((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry: Entry) => {
      const name = String(entry.fileName);
      const wrong = whatIsWrong(name, entry);
      if (wrong !== undefined) mistakes.push(wrong);
      if (wrong !== undefined || name.endsWith('/') || NOT_OURS.test(name)) return zip.readEntry();
      contentOf(zip, entry).then((content) => {
        files.set(name, content);
        zip.readEntry();
      }, reject);
    });
    zip.readEntry();
  });
  return { files, mistakes };
}

/** The files below one top folder, as a Grid's node unpacks them. */
export async function writeZip(files: Files, folder: string): Promise<Buffer> {
  const zip = new ZipWriter();
  for (const [path, content] of files) {
    const name = folder === '' ? path : `${folder}/${path}`;
    zip.addBuffer(content, name, { mtime: EPOCH, forceDosTimestamp: true, mode: 0o100644 });
  }
  zip.end();
  return await buffer(zip.outputStream);
}

function whatIsWrong(name: string, entry: Entry): string | undefined {
  if (name.split('/').includes('..') || name.includes('\\'))
    return `${shown(name)} would be unpacked outside of the extension's folder`;
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return `${shown(name)} is an absolute path`;
  const madeOn = entry.versionMadeBy >> 8;
  if (madeOn === UNIX && ((entry.externalFileAttributes >>> 16) & FILE_TYPE) === SYMLINK)
    return `${shown(name)} is a symbolic link`;
  return entry.canDecodeFileData()
    ? undefined
    : `${shown(name)} is encrypted, or compressed in a way that only some tools know`;
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  return await buffer(stream);
}

/** Names come from the archive: control characters would reach the terminal. */
function shown(name: string): string {
  return JSON.stringify(name);
}
