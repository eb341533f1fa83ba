import { enableCompileCache, flushCompileCache } from 'node:module';

/**
 * Keeps compiled code in the folder of Node's compile cache, so that the next start loads modules faster. Call it before
 * modules are imported. It never throws: without a folder that can be written, nothing is kept.
 *
 * `NODE_COMPILE_CACHE` names another folder, `NODE_DISABLE_COMPILE_CACHE=1` turns it off. Nothing is kept while coverage is
 * recorded, because coverage of cached functions is less precise.
 * Source: https://nodejs.org/api/module.html#module-compile-cache
 */
export function useCompileCache(): void {
  if (process.env['NODE_V8_COVERAGE'] === undefined) enableCompileCache();
}

/** Writes what was compiled up to now. A process that is ended by a signal writes nothing later. */
export function keepCompiled(): void {
  flushCompileCache();
}
