import { createHash } from 'node:crypto';
import { readFiles } from './read-files.ts';
import { readManifest, type Manifest } from './manifest.ts';
import { writeZip, type Files } from './zip.ts';

/** An unpacked extension that was read and checked, ready for every session. */
export interface ExtensionPackage {
  readonly name: string;
  readonly version: string;
  readonly manifest: Manifest;
  readonly files: Files;
  /** Hash of the sorted paths and the bytes of the files. The same build has the same hash, however it was packed. */
  readonly sha256: string;
  /** All files below one top folder, which is what a node unpacks. */
  readonly zip: Buffer;
}

const TOP_FOLDER = 'extension';

/**
 * Reads an extension from its folder, zip or crx.
 * Throws a refusal that lists every mistake that would keep Chrome from loading it.
 */
export async function readExtension(path: string): Promise<ExtensionPackage> {
  const files = new Map([...(await readFiles(path))].sort(([a], [b]) => (a < b ? -1 : 1)));
  const manifest = readManifest(files, path);
  return {
    name: manifest.name,
    version: manifest.version,
    manifest,
    files,
    sha256: hashOf(files),
    zip: await writeZip(files, TOP_FOLDER),
  };
}

function hashOf(sorted: Files): string {
  const hash = createHash('sha256');
  // With the lengths, so that two different lists of files never give the same bytes.
  for (const [path, content] of sorted) hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest('hex');
}
