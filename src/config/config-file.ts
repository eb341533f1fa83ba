import { access, readFile } from 'node:fs/promises';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { refusal } from '../core/fault.ts';
import { loadAsWritten } from '../modules/module-syntax.ts';
import { OWN_MODULES } from '../modules/own-modules.ts';
import { withoutBom } from '../text/without-bom.ts';

const NAMES = ['gridrun.config.ts', 'gridrun.config.mjs', 'gridrun.config.js', 'gridrun.config.json'];

/** The settings of a config file. */
export interface LoadedConfig {
  /** The name of the file in messages; empty if there is no config. */
  readonly name: string;
  /** By config key, not checked yet. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * Reads the config that `--config` names, or else the first usual name in `cwd`. Without either, there are no settings.
 * @throws GridrunError if the named file is missing, a file cannot be loaded, or it exports no object
 */
export async function loadConfig(cwd: string, named: string | undefined): Promise<LoadedConfig> {
  const name = named ?? (await firstExisting(cwd));
  if (name === undefined) return { name: '', settings: {} };
  if (named !== undefined && !(await exists(resolve(cwd, named)))) {
    throw refusal('config.missing', `--config ${named}: there is no file ${resolve(cwd, named)}`, {
      hint: `pass another file, or leave --config out to use the first of ${NAMES.join(', ')}`,
    });
  }
  const settings = await read(resolve(cwd, name), name);
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings)) {
    throw refusal('config.shape', `${name} does not export an object`, {
      hint: 'write: export default defineConfig({ sites: "sites.json" });',
    });
  }
  return { name, settings: settings as Readonly<Record<string, unknown>> };
}

async function read(path: string, name: string): Promise<unknown> {
  const hooks = registerHooks({
    load: loadAsWritten,
    resolve: (specifier, context, next) => {
      const own = OWN_MODULES[specifier];
      return own === undefined ? next(specifier, context) : { url: own, shortCircuit: true };
    },
  });
  try {
    if (path.endsWith('.json')) return JSON.parse(withoutBom(await readFile(path, 'utf8'))) as unknown;
    return await orNothingLeft(defaultOf(path));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw refusal('config.unreadable', `cannot load ${name}: ${why}`);
  } finally {
    hooks.deregister();
  }
}

async function defaultOf(path: string): Promise<unknown> {
  const module = (await import(pathToFileURL(path).href)) as { default?: unknown };
  return await module.default;
}

/** Rejects when nothing is left that could settle the promise. Node itself would end without a word, with exit 13. */
async function orNothingLeft<T>(work: Promise<T>): Promise<T> {
  const nothingLeft = Promise.withResolvers<never>();
  const fail = (): void => nothingLeft.reject(new Error('it waits for a promise that never settles'));
  process.once('beforeExit', fail);
  try {
    return await Promise.race([work, nothingLeft.promise]);
  } finally {
    process.off('beforeExit', fail);
  }
}

async function firstExisting(cwd: string): Promise<string | undefined> {
  for (const name of NAMES) {
    if (await exists(resolve(cwd, name))) return name;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
