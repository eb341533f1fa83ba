import Module, { createRequire, registerHooks } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { laneIn, laneUrl } from '../../../modules/lane-url.ts';
import { loadAsWritten } from '../../../modules/module-syntax.ts';
import { OURS, OWN_MODULES } from '../../../modules/own-modules.ts';
import { laneContext, type LaneStore } from '../attempt-context.ts';
import { standInsOf } from '../stand-ins.ts';

/** An import that was not found. `specifier` is as it stands in the file. */
export interface UnresolvedImport {
  readonly specifier: string;
  readonly parentURL: string;
}

/** `gridrun/check`, which each lane has once. */
const CHECK_API = OWN_MODULES['gridrun/check']!;
const CHECK_API_PATH = fileURLToPath(CHECK_API);
const OURS_PATH = fileURLToPath(OURS);

const unresolved = new WeakMap<object, UnresolvedImport>();
const userFiles = new Set<string>();
const packageUrls = new Set<string>();

/** The import that an error is about; undefined if it is another error. */
export function unresolvedImport(error: unknown): UnresolvedImport | undefined {
  return typeof error === 'object' && error !== null ? unresolved.get(error) : undefined;
}

/** The paths of the user's modules that were resolved so far. */
export function resolvedUserFiles(): readonly string[] {
  return [...userFiles];
}

/** The URLs of the modules in node_modules that the user's own modules import. */
export function importedPackages(): Iterable<string> {
  return packageUrls;
}

/**
 * Gives each lane its own instances of the user's modules. Imported modules have a query (`?lane=7`), which each module
 * passes on to its own imports. Required modules are in one `require.cache` per lane. Modules of node_modules and of
 * gridrun exist once, but for `gridrun/check`. Call this once, before any module of the user is loaded.
 */
export function installLaneModules(): void {
  registerHooks({
    load: loadAsWritten,
    resolve(specifier, context, next) {
      const own = isOurs(context.parentURL) ? undefined : OWN_MODULES[specifier];
      const resolved =
        own === undefined ? resolveWithFallback(specifier, context, next) : { url: own, shortCircuit: true };
      const lane = laneOf(context.parentURL);
      if (isUserFile(context.parentURL) && resolved.url.includes('/node_modules/')) packageUrls.add(resolved.url);
      if (isUserFile(resolved.url)) userFiles.add(fileURLToPath(resolved.url));
      else if (resolved.url !== CHECK_API) return resolved;
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

type ModuleCache = Record<string | symbol, NodeJS.Module>;
type RequireFunction = (this: NodeJS.Module, id: string) => unknown;

/** Puts a `require.cache` in front of Node's that holds the user's modules once per lane. */
function separateRequireCaches(): void {
  const loader = Module as unknown as { _cache: ModuleCache; prototype: { require: RequireFunction } };
  const shared = loader._cache;
  const lanes = new WeakMap<object, ModuleCache>();
  const laneOfModule = new WeakMap<NodeJS.Module, LaneStore['lane']>();
  const cacheOf = (key: string | symbol): ModuleCache => {
    const lane = laneContext.getStore()?.lane;
    if (lane === undefined || !isPerLane(key)) return shared;
    let cache = lanes.get(lane);
    if (cache === undefined) lanes.set(lane, (cache = newLaneCache(lane.number)));
    return cache;
  };
  loader._cache = new Proxy(shared, {
    get: (_target, key) => cacheOf(key)[key],
    set: (_target, key, module: NodeJS.Module) => {
      const cache = cacheOf(key);
      const lane = laneContext.getStore()?.lane;
      if (lane !== undefined && cache !== shared) laneOfModule.set(module, lane);
      cache[key] = module;
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
  const { require } = loader.prototype;
  // A module of a lane may require another one in the async context of another lane.
  loader.prototype.require = function (this: NodeJS.Module, id) {
    const lane = laneOfModule.get(this);
    if (lane === undefined || lane === laneContext.getStore()?.lane) return require.call(this, id);
    return laneContext.run({ lane }, () => require.call(this, id));
  };
}

function isPerLane(key: string | symbol): boolean {
  if (typeof key !== 'string' || /[\\/]node_modules[\\/]/.test(key)) return false;
  return key === CHECK_API_PATH || !key.startsWith(OURS_PATH);
}

/** Node would drop the lane from the URL of a required module, so the lane's `gridrun/check` is there from the start. */
function newLaneCache(lane: number): ModuleCache {
  const api = new Module(CHECK_API_PATH);
  api.exports = standInsOf(lane);
  api.loaded = true;
  return Object.assign(Object.create(null) as ModuleCache, { [CHECK_API_PATH]: api });
}
