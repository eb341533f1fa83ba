import Module, { createRequire, registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { loadAsWritten } from '../../../modules/module-syntax.ts';
import { OURS, OWN_MODULES } from '../../../modules/own-modules.ts';
import { laneContext } from '../attempt-context.ts';

/** An import that was not found. `specifier` is as it stands in the file. */
export interface UnresolvedImport {
  readonly specifier: string;
  readonly parentURL: string;
}

const unresolved = new WeakMap<object, UnresolvedImport>();
const userFiles = new Set<string>();

/** The import that an error is about; undefined if it is another error. */
export function unresolvedImport(error: unknown): UnresolvedImport | undefined {
  return typeof error === 'object' && error !== null ? unresolved.get(error) : undefined;
}

/** The paths of the user's modules that were resolved so far. */
export function resolvedUserFiles(): readonly string[] {
  return [...userFiles];
}

/** The URL under which a lane imports a file. */
export function laneUrl(url: string, lane: number): string {
  return `${url}${url.includes('?') ? '&' : '?'}lane=${lane}`;
}

/** Removes the lanes from the URLs in a text. */
export function withoutLanes(text: string): string {
  return text.replace(/[?&]lane=\d+/g, '');
}

/**
 * Gives each lane its own instances of the user's modules. Imported modules have a query (`?lane=7`), which each module
 * passes on to its own imports. Required modules are in one `require.cache` per lane. Modules of node_modules and of
 * gridrun exist once. Call this once, before any module of the user is loaded.
 */
export function installLaneModules(): void {
  registerHooks({
    load: loadAsWritten,
    resolve(specifier, context, next) {
      const own = isOurs(context.parentURL) ? undefined : OWN_MODULES[specifier];
      if (own !== undefined) return { url: own, shortCircuit: true };
      const resolved = resolveWithFallback(specifier, context, next);
      const lane = laneOf(context.parentURL);
      if (!isUserFile(resolved.url)) return resolved;
      userFiles.add(fileURLToPath(resolved.url));
      if (lane === undefined || laneIn(resolved.url) !== undefined) return resolved;
      return { ...resolved, url: laneUrl(resolved.url, lane) };
    },
  });
  separateRequireCaches();
}

type Resolve = Parameters<NonNullable<Parameters<typeof registerHooks>[0]['resolve']>>;

/** Resolves from the user's file or, if the project has no such package, from gridrun's own packages. */
function resolveWithFallback(specifier: string, context: Resolve[1], next: Resolve[2]): ReturnType<Resolve[2]> {
  // describe() and it() of another copy of mocha would have no effect.
  if (specifier === 'mocha' && isUserFile(context.parentURL)) return fromHere(specifier);
  try {
    return next(specifier, context);
  } catch (error) {
    if (/^selenium-webdriver(\/|$)/.test(specifier)) return fromHere(specifier);
    if (typeof error === 'object' && error !== null)
      unresolved.set(error, { specifier, parentURL: context.parentURL ?? '' });
    throw error;
  }
}

/** Resolves from gridrun's own packages, for import and require. */
function fromHere(specifier: string): ReturnType<Resolve[2]> {
  return { url: pathToFileURL(createRequire(import.meta.url).resolve(specifier)).href, shortCircuit: true };
}

function laneIn(url: string | undefined): number | undefined {
  const lane = /[?&]lane=(\d+)/.exec(url ?? '')?.[1];
  return lane === undefined ? undefined : Number(lane);
}

/** A required module has no query. Its lane is that of the running code. */
function laneOf(parentURL: string | undefined): number | undefined {
  return laneIn(parentURL) ?? (isUserFile(parentURL) ? laneContext.getStore()?.lane.number : undefined);
}

function isOurs(url: string | undefined): boolean {
  return url?.startsWith(OURS) ?? false;
}

function isUserFile(url: string | undefined): boolean {
  return url !== undefined && url.startsWith('file:') && !url.includes('/node_modules/') && !isOurs(url);
}

/** Puts a `require.cache` in front of Node's that holds the user's modules once per lane. */
function separateRequireCaches(): void {
  const loader = Module as unknown as { _cache: Record<string | symbol, NodeJS.Module> };
  const shared = loader._cache;
  const oursPath = fileURLToPath(OURS);
  const lanes = new WeakMap<object, Record<string | symbol, NodeJS.Module>>();
  const cacheOf = (key: string | symbol): Record<string | symbol, NodeJS.Module> => {
    const lane = laneContext.getStore()?.lane;
    if (lane === undefined || typeof key !== 'string' || /[\\/]node_modules[\\/]/.test(key) || key.startsWith(oursPath))
      return shared;
    let cache = lanes.get(lane);
    if (cache === undefined) lanes.set(lane, (cache = Object.create(null) as Record<string, NodeJS.Module>));
    return cache;
  };
  loader._cache = new Proxy(shared, {
    get: (_target, key) => cacheOf(key)[key],
    set: (_target, key, module: NodeJS.Module) => {
      cacheOf(key)[key] = module;
      return true;
    },
    has: (_target, key) => key in cacheOf(key),
    deleteProperty: (_target, key) => delete cacheOf(key)[key],
    ownKeys: () => [...new Set([...Reflect.ownKeys(shared), ...Reflect.ownKeys(cacheOf(''))])],
    getOwnPropertyDescriptor: (_target, key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(cacheOf(key), key);
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
    },
  });
}
