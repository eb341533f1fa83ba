import { readFileSync } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { refusal } from '../../core/fault.ts';
import { portablePath } from '../../os/portable-path.ts';

const CHECK_FILES = '**/*.check.{ts,mts,cts,js,mjs,cjs}';
const DEFAULT_GLOBS = [`checks/${CHECK_FILES}`];

/** gridrun's own check, for projects that have none: the page loads. */
export const BUILT_IN_CHECK = fileURLToPath(
  new URL(`../builtin/loads.check${extname(import.meta.url)}`, import.meta.url),
);

/**
 * Finds the check files that the globs match: absolute paths, sorted, each once. A folder stands for its `.check.` files.
 * Without globs, finds those of the default globs, or else the built-in check.
 * Throws a refusal that names each glob that matches nothing.
 */
export async function findCheckFiles(cwd: string, globs: readonly string[]): Promise<string[]> {
  const matches = await Promise.all(
    (globs.length === 0 ? DEFAULT_GLOBS : globs).map(async (pattern) => await matching(cwd, pattern)),
  );
  const mistakes = globs.flatMap((pattern, index) =>
    matches[index]!.length === 0 ? [`${pattern}: ${noMatch(pattern)}`] : [],
  );
  if (mistakes.length > 0)
    throw refusal('checks.no-file', 'no check file found', {
      mistakes,
      hint: `globs are relative to ${cwd}`,
    });
  const files = [...new Set(matches.flat())];
  const places = new Map(files.map((file) => [file, portablePath(cwd, file)]));
  // The same order on every system: shards of a run must have the same plan.
  files.sort((a, b) => (places.get(a)! < places.get(b)! ? -1 : 1));
  return files.length === 0 ? [BUILT_IN_CHECK] : files;
}

/** A bare word may be a mistyped command. */
function noMatch(pattern: string): string {
  return /^[a-z-]+$/.test(pattern) ? 'no file matches, and gridrun has no command with that name' : 'no file matches';
}

async function matching(cwd: string, pattern: string): Promise<string[]> {
  const found: string[] = [];
  const isFolder = await stat(resolve(cwd, pattern)).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const files = isFolder ? `${pattern.replace(/[\\/]+$/, '')}/${CHECK_FILES}` : pattern;
  for await (const entry of glob(files, { cwd, exclude: (path) => basename(path) === 'node_modules' })) {
    if (extname(entry) !== '') found.push(resolve(cwd, entry));
  }
  return found;
}

/** mocha's own configuration in the folder, for a warning: gridrun does not read it. Undefined if there is none. */
export async function mochaConfigIn(cwd: string): Promise<string | undefined> {
  const names = await readdir(cwd).catch(() => []);
  const config = names.find((name) => /^\.mocharc(\.(js|cjs|mjs|ya?ml|jsonc?))?$/.test(name));
  if (config !== undefined) return config;
  try {
    const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8')) as { mocha?: unknown };
    return manifest.mocha === undefined ? undefined : 'package.json ("mocha")';
  } catch {
    return undefined;
  }
}
