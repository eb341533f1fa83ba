import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** The draft of a file that `writeWhole` writes, until it is renamed. */
export function draftOf(path: string): string {
  return `${path}.part`;
}

/**
 * Writes a file so that no reader ever sees half of it: into a draft beside it, which then takes its place. Makes the
 * folder if it is missing. A failed write leaves the draft behind. Throws what the file system throws.
 * @param content the text, or its pieces, which are written one at a time
 * @param draft give a name of its own if several processes may write the same file at once
 */
export async function writeWhole(
  path: string,
  content: string | Iterable<string>,
  draft = draftOf(path),
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await pipeline(Readable.from(content), createWriteStream(draft));
  await rename(draft, path);
}
