import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { portablePath } from '../../os/portable-path.ts';

/** What a suite is made of, each as one SHA-256. */
export interface SuiteHashes {
  /** The content of the check files, in their order. */
  readonly suiteHash: string;
  /** The content of the modules that they import, and of setup modules, sorted by path. Not of packages. */
  readonly importsHash: string;
}

/**
 * Hashes what a suite is made of.
 * @param checkFiles in their order
 * @param modules all modules of the user that were loaded
 */
export async function suiteHashes(
  cwd: string,
  checkFiles: readonly string[],
  modules: readonly string[],
): Promise<SuiteHashes> {
  const imported = modules.filter((file) => !checkFiles.includes(file));
  const places = new Map(imported.map((file) => [portablePath(cwd, file), file]));
  const sorted = [...places.keys()].toSorted().map((place) => places.get(place)!);
  return { suiteHash: await hashOfFiles(checkFiles), importsHash: await hashOfFiles(sorted) };
}

/** Line ends do not count: Git writes other ones on Windows. */
async function hashOfFiles(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const text = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
    hash.update(`${text.length}\n${text}`);
  }
  return hash.digest('hex');
}
