import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/**
 * SHA-256 over the content of the check files, in their order. What they import is not in it. Line ends do not count:
 * Git writes other ones on Windows.
 */
export async function suiteHash(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) {
    const text = (await readFile(file, 'utf8')).replaceAll('\r\n', '\n');
    hash.update(`${text.length}\n${text}`);
  }
  return hash.digest('hex');
}
