import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of this package, which holds Dockerfile.node and grid/. Works from the sources and from dist/. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'Dockerfile.node'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('Dockerfile.node is not in this package');
    folder = parent;
  }
  return folder;
}
