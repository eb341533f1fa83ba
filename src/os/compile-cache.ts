import { enableCompileCache, flushCompileCache } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OURS } from '../modules/own-modules.ts';

/** Where gridrun is installed. */
const PACKAGE = dirname(fileURLToPath(OURS));

/**
 * Keeps compiled code, so that the next start loads modules faster. Call it before modules are imported. It never throws: if
 * the folder cannot be written, nothing is kept.
 *
 * `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE=1` turns it off. Nothing is kept while coverage is
 * recorded, because coverage of cached functions is less precise.
 * Source: https://nodejs.org/api/module.html#module-compile-cache
 */
export function useCompileCache(): void {
  if (process.env['NODE_V8_COVERAGE'] === undefined) enableCompileCache(compileCacheOf(PACKAGE));
}

/** Writes what was compiled up to now. A process that is ended by a signal writes nothing later. */
export function keepCompiled(): void {
  flushCompileCache();
}

/** The cache folder of an installed package or of a checkout: `node_modules/.cache/gridrun`, as other tools have it. */
export function compileCacheOf(packageFolder: string): string {
  const above = dirname(packageFolder);
  const modules = basename(above) === 'node_modules' ? above : join(packageFolder, 'node_modules');
  return join(modules, '.cache', 'gridrun');
}
