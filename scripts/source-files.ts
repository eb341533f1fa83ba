import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** The folders of our sources, relative to the root of the repository. */
const FOLDERS = ['src', 'report-app', 'test', 'checks', 'examples', 'bench', 'scripts'];
const SOURCE = /\.[cm]?[jt]sx?$/;
const NOT_OURS = new Set(['node_modules', 'dist']);

/**
 * The number of source files under `root`. It walks the folders itself and uses no glob, config or ignore file, so that it
 * can catch a tool that one of those misleads.
 */
export function countSources(root: string, folders: readonly string[] = FOLDERS): number {
  return folders.reduce((sum, folder) => sum + countIn(join(root, folder)), 0);
}

function countIn(folder: string): number {
  let count = 0;
  for (const entry of entriesOf(folder)) {
    if (NOT_OURS.has(entry.name)) continue;
    if (entry.isDirectory()) count += countIn(join(folder, entry.name));
    else if (SOURCE.test(entry.name)) count++;
  }
  return count;
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/**
 * Explains why the result of a check cannot be trusted, given how many files it read and how many there are. A check that
 * reads nothing finds nothing. Returns undefined if it read all files.
 */
export function unreadMistake(check: string, readCount: number, thereCount: number): string | undefined {
  if (thereCount === 0) return `${check}: there is no source file here; run it from the root of the repository`;
  if (readCount === 0) return `${check}: read no file at all, and there are ${thereCount}; what it says means nothing`;
  if (readCount >= thereCount) return undefined;
  return `${check}: read only ${readCount} of ${thereCount} files; its settings leave some out`;
}
