import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { makeFolder } from './make-folder.ts';

/** The draft of a file that `writeWhole` writes, until it is renamed. */
export function draftOf(path: string): string {
  return `${path}.part`;
}

export interface WriteOptions {
  /** Its own draft, if several processes may write the same file at once. Default: `draftOf`. */
  readonly draft?: string;
  /** The permissions of the file. Default: what the process usually gives. */
  readonly mode?: number;
}

/**
 * Writes a file so that no reader ever sees half of it: into a draft beside it, which then takes its place. Makes the
 * folder if it is missing. A failed write removes the draft, which would take the room of the next file. Throws what the
 * file system throws.
 * @param content the text, or its pieces, which are written one at a time
 */
export async function writeWhole(
  path: string,
  content: string | Iterable<string>,
  { draft = draftOf(path), mode = 0o666 }: WriteOptions = {},
): Promise<void> {
  await makeFolder(dirname(path));
  try {
    await pipeline(Readable.from(content), createWriteStream(draft, { mode }));
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {});
    throw error;
  }
}
