import { readdirSync, type Dirent } from 'node:fs';
import { join } from 'node:path';

/** Where our sources are, from the root of the repository. */
const FOLDERS = ['src', 'report-app', 'test', 'checks', 'examples', 'bench', 'scripts'];
const SOURCE = /\.[cm]?[jt]sx?$/;
const NOT_OURS = new Set(['node_modules', 'dist']);

/**
 * How many source files there are under `root`, counted by walking the folders: no glob, no config and no ignore file
 * has a say in it, so it can catch a tool that is misled by one of those.
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
 * Why what a check says can't be believed, from how many files it read and how many there are: a check that can read
 * nothing finds no fault either. None where it read them all.
 */
export function unreadMistake(check: string, readCount: number, thereCount: number): string | undefined {
  if (thereCount === 0) return `${check}: there is no source file here; run it from the root of the repository`;
  if (readCount === 0) return `${check}: read no file at all, and there are ${thereCount}; what it says means nothing`;
  if (readCount >= thereCount) return undefined;
  return `${check}: read only ${readCount} of ${thereCount} files; its settings leave some out`;
}
