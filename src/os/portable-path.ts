import { relative, sep } from 'node:path';

/** A path as every system writes it: relative to the folder, with `/`. */
export function portablePath(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}
