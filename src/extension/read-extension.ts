import { createHash } from 'node:crypto';
import { readFiles } from './read-files.ts';
import { readManifest, type Manifest } from './manifest.ts';
import { writeZip, type Files } from './zip.ts';

/** An unpacked extension, read and checked, as it is put into every session. */
export interface ExtensionPackage {
  readonly name: string;
  readonly version: string;
  readonly manifest: Manifest;
  readonly files: Files;
  /** Over the sorted paths and the bytes of its files: the same build has the same one, whatever packed it. */
  readonly sha256: string;
  /** All of it below one top folder, as a node unpacks it. */
  readonly zip: Buffer;
}

const TOP_FOLDER = 'extension';

/**
 * Reads an extension from its folder, its zip or its crx.
 * Throws a refusal with every mistake that would keep Chrome from loading it.
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
  // With the lengths: no two lists of files run into the same bytes.
  for (const [path, content] of sorted) hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest('hex');
}
