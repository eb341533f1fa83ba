import { fromBuffer, type Entry, type ZipFile } from 'yauzl';
import { ZipFile as ZipWriter } from 'yazl';
import { buffer } from 'node:stream/consumers';
import type { Readable } from 'node:stream';

/** Files by their path from the root, with forward slashes. */
export type Files = ReadonlyMap<string, Buffer>;

const UNIX = 3;
const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;
/** Files that macOS Finder adds to every zip. */
const NOT_OURS = /^__MACOSX\/|(^|\/)\.DS_Store$/;
/** The earliest date in a zip. A fixed date makes zips of the same files equal. */
const EPOCH = new Date(1980, 0, 1);

/**
 * The files of a zip, and its mistakes: entries that would be unpacked outside of its folder, links, and entries that
 * cannot be unpacked. Throws yauzl's error if the bytes are not a zip.
 */
export async function readZip(bytes: Buffer): Promise<{ readonly files: Files; readonly mistakes: readonly string[] }> {
  const zip = await new Promise<ZipFile>((resolve, reject) => {
    // gridrun checks the names itself: yauzl would stop at the first bad one.
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
      // Some tools of Windows write back slashes.
      const name = String(entry.fileName).replaceAll('\\', '/');
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

/** Packs the files below one top folder, which is what a node of a grid unpacks. An empty `folder` is the root. */
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
  if (name.split('/').includes('..')) return `${shown(name)} would be unpacked outside of the extension's folder`;
  if (name.startsWith('/') || /^[a-z]:/i.test(name)) return `${shown(name)} is an absolute path`;
  const madeOn = entry.versionMadeBy >> 8;
  if (madeOn === UNIX && ((entry.externalFileAttributes >>> 16) & FILE_TYPE) === SYMLINK)
    return `${shown(name)} is a symbolic link`;
  return entry.canDecodeFileData()
    ? undefined
    : `${shown(name)} is encrypted, or compressed by a method that few tools support`;
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  const stream = await new Promise<Readable>((resolve, reject) => {
    zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  return await buffer(stream);
}

/** Escapes a name from the archive, so that no control character reaches the terminal. */
function shown(name: string): string {
  return JSON.stringify(name);
}
