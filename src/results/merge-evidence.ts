import { copyFile, link, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Adds the evidence of a shard to that of the others. Links the files if both folders are on one disk, or else copies
 * them. Takes only folders and plain files, because a link in an artifact may point anywhere. Throws what the file system
 * throws.
 */
export async function linkEvidence(from: string, to: string): Promise<void> {
  const stats = await lstat(from).catch(() => undefined);
  if (stats?.isDirectory() !== true) return;
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await linkEvidence(source, target);
    else if (entry.isFile()) await linkOrCopy(source, target);
  }
}

async function linkOrCopy(source: string, target: string): Promise<void> {
  try {
    await link(source, target);
  } catch (error) {
    // Two shards never write the same file. If it exists, the same folder was given twice.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return;
    await copyFile(source, target);
  }
}
