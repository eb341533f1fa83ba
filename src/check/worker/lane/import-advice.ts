import { existsSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ENDINGS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs', '.json'];
const ALIAS_HINT = 'gridrun does not read `paths` of tsconfig.json; use a relative path';

/** Says why an import of `specifier` in `file` (a path) finds nothing, and what to write instead. */
export function importAdvice(specifier: string, file: string): string {
  if (specifier.startsWith('#')) return 'the `imports` of package.json do not have it';
  if (/^(?:\.|\/|file:)/.test(specifier)) return pathAdvice(specifier, file);
  if (mayBeAlias(specifier, file)) return `there is no such package (${ALIAS_HINT})`;
  return `there is no such package (npm install ${packageOf(specifier)})`;
}

function pathAdvice(specifier: string, file: string): string {
  const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(dirname(file), specifier);
  const bare = specifier.replace(/\.[cm]?[jt]sx?$/, '');
  const barePath = path.replace(/\.[cm]?[jt]sx?$/, '');
  const written = [
    ...ENDINGS.filter((ending) => existsSync(barePath + ending)).map((ending) => bare + ending),
    ...ENDINGS.filter((ending) => existsSync(join(path, `index${ending}`))).map(
      (ending) => `${specifier.replace(/\/$/, '')}/index${ending}`,
    ),
  ];
  return written[0] === undefined ? 'there is no such file' : `there is no such file; write '${written[0]}'`;
}

/** A name that no package can have, or that begins like a folder of the project, is an alias of a TypeScript project. */
function mayBeAlias(specifier: string, file: string): boolean {
  if (/^(?:@\/|~|\$)/.test(specifier)) return true;
  const manifest = findPackageJSON(pathToFileURL(file));
  const root = manifest === undefined ? dirname(file) : dirname(manifest);
  const first = specifier.replace(/^@/, '').split('/')[0] ?? '';
  return [root, join(root, 'src'), dirname(file), dirname(dirname(file))].some((folder) =>
    existsSync(join(folder, first)),
  );
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}
