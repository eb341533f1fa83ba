import type { Environment } from './environment.ts';
import { sameValues, type SameValues } from './same-values.ts';
import type { Watched } from './watched-objects.ts';

/** One object as it was. */
interface Kept {
  readonly watched: Watched;
  readonly isExtensible: boolean;
  /** Own names, also of properties that are not compared. */
  readonly names: ReadonlySet<string>;
  readonly properties: readonly KeptProperty[];
  readonly isSame: SameValues;
  /** Of `properties`, in their order. */
  readonly values: readonly unknown[];
}

interface KeptProperty {
  readonly key: string;
  readonly value: unknown;
  readonly descriptor: PropertyDescriptor;
}

/**
 * Which new properties a look sees. Plain assignment makes enumerable ones, and to look for those alone is five times as fast.
 */
export type Additions = 'all' | 'enumerable';

/** A property of a shared object that is not what it was. */
export interface Change {
  readonly object: object;
  readonly key: string;
  /** How messages name it. */
  readonly name: string;
  /** As it was; undefined if it was not there. */
  readonly before: PropertyDescriptor | undefined;
}

const CLOCK = new Set([
  'Date',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
  'queueMicrotask',
]);
/** Globals that a getter gives, but that are loaded from the start. */
const GOTTEN = new Set(['Buffer', 'process', 'performance']);
/** Taken before a check can replace it. */
const { isExtensible } = Object;
const HANDLED = ['uncaughtException', 'unhandledRejection'] as const;

/** What the process shares among its lanes, as it was at some moment: objects, environment, folder, handlers. */
export class ProcessState {
  readonly #parts: () => readonly Watched[];
  readonly #environment: Environment;
  /** The globals come first. */
  #kept: readonly Kept[] = [];
  #folder = '';
  #umask = 0;
  #env: Readonly<Record<string, string | undefined>> = {};
  #envObject: NodeJS.ProcessEnv = process.env;
  #envVersion = 0;
  #handlers = new Map<string, readonly unknown[]>();

  constructor(parts: () => readonly Watched[], environment: Environment) {
    this.#parts = parts;
    this.#environment = environment;
    this.keep();
  }

  /** Takes what is there now as unchanged. */
  keep(): void {
    this.#kept = this.#parts().map(keptOf);
    this.#folder = process.cwd();
    this.#umask = this.#environment.umask();
    this.#envObject = process.env;
    this.#envVersion = this.#environment.version();
    this.#env = { ...process.env };
    this.#handlers = new Map(HANDLED.map((event) => [event, process.listeners(event as 'uncaughtException')]));
  }

  /** The names of what is not as it was, of the few things that cost next to nothing to compare: globals, too. */
  glance(): string[] {
    const changes: Change[] = [];
    const globals = this.#kept[0];
    if (globals !== undefined) addChanges(globals, 'enumerable', changes);
    return [...this.#ofProcess(), ...changes.map(({ name }) => name)];
  }

  /** The names of all that is not as it was. */
  changes(additions: Additions = 'all'): string[] {
    const changed = this.objectChanges(additions).map(({ name }) => name);
    const names = [...this.#ofProcess(), ...this.#ofHandlers(), ...changed];
    return names.length === 0 ? names : [...new Set(names)];
  }

  /** The properties of shared objects that are not what they were. */
  objectChanges(additions: Additions = 'all'): Change[] {
    const changes: Change[] = [];
    for (const kept of this.#kept) addChanges(kept, additions, changes);
    return changes;
  }

  /** Makes the folder, the umask, the environment and the handlers what they were. */
  restoreProcess(): void {
    if (process.cwd() !== this.#folder) process.chdir(this.#folder);
    if (this.#environment.umask() !== this.#umask) process.umask(this.#umask);
    process.env = this.#envObject;
    for (const key of this.#changedVariables()) {
      if (this.#env[key] === undefined) delete process.env[key];
      else process.env[key] = this.#env[key];
    }
    this.#envVersion = this.#environment.version();
    for (const [event, kept] of this.#handlers) {
      for (const added of process.listeners(event as 'uncaughtException'))
        if (!kept.includes(added)) process.removeListener(event, added);
    }
  }

  #ofProcess(): string[] {
    const found: string[] = [];
    if (process.cwd() !== this.#folder) found.push('the working folder');
    if (this.#environment.umask() !== this.#umask) found.push('the umask');
    if (process.env !== this.#envObject) found.push('process.env');
    else found.push(...this.#changedVariables().map((key) => `the environment variable ${key}`));
    return found;
  }

  #changedVariables(): string[] {
    // Reading the environment is slow.
    if (this.#environment.version() === this.#envVersion) return [];
    const keys = new Set([...Object.keys(this.#env), ...Object.keys(process.env)]);
    return [...keys].filter((key) => process.env[key] !== this.#env[key]);
  }

  #ofHandlers(): string[] {
    const same = (now: readonly unknown[], kept: readonly unknown[]): boolean =>
      now.length === kept.length && now.every((handler, index) => handler === kept[index]);
    return [...this.#handlers]
      .filter(([event, kept]) => !same(process.listeners(event as 'uncaughtException'), kept))
      .map(([event]) => `the handlers of ${event}`);
  }
}

function keptOf(watched: Watched): Kept {
  const names = Object.getOwnPropertyNames(watched.object);
  const properties = names.flatMap((key) => {
    const descriptor = Object.getOwnPropertyDescriptor(watched.object, key);
    // A getter may be replaced by what it gets, when it is read first.
    if (descriptor === undefined) return [];
    if (watched.name === '' && GOTTEN.has(key)) return [{ key, value: gotten(key), descriptor }];
    if (!('value' in descriptor) || !isCounted(watched, descriptor.value) || Number.isNaN(descriptor.value)) return [];
    return [{ key, value: descriptor.value as unknown, descriptor }];
  });
  return {
    watched,
    isExtensible: isExtensible(watched.object),
    names: new Set(names),
    properties,
    isSame: sameValues(properties.map(({ key }) => key)),
    values: properties.map(({ value }) => value),
  };
}

function gotten(key: string): unknown {
  return (globalThis as Readonly<Record<string, unknown>>)[key];
}

function isCounted({ anyValue }: Watched, value: unknown): boolean {
  return anyValue || typeof value === 'function';
}

/** It runs several times for each site, so it makes no object if nothing has changed. */
function addChanges(kept: Kept, additions: Additions, changes: Change[]): void {
  const { watched, isExtensible: wasExtensible } = kept;
  const { object } = watched;
  if (!kept.isSame(object, kept.values)) addReplaced(kept, changes);
  if (wasExtensible && !isExtensible(object)) {
    const owner = watched.name === '' ? 'globalThis' : watched.name;
    changes.push({ object, key: '', name: `${owner} (frozen)`, before: undefined });
  }
  if (watched.additions) addAdditions(kept, additions, changes);
}

function addReplaced({ watched, properties }: Kept, changes: Change[]): void {
  const object = watched.object as Record<string, unknown>;
  for (const { key, value, descriptor } of properties) {
    if (object[key] === value) continue;
    changes.push({ object, key, name: nameOf(watched.name, key), before: descriptor });
  }
}

function addAdditions({ watched, names }: Kept, additions: Additions, changes: Change[]): void {
  const { object } = watched;
  for (const key of additions === 'all' ? Object.getOwnPropertyNames(object) : Object.keys(object)) {
    if (names.has(key)) continue;
    const added = Object.getOwnPropertyDescriptor(object, key);
    if (added === undefined || ('value' in added && !isCounted(watched, added.value))) continue;
    changes.push({ object, key, name: nameOf(watched.name, key), before: undefined });
  }
}

function nameOf(owner: string, key: string): string {
  if (owner !== '') return `${owner}.${key}`;
  return CLOCK.has(key) ? `the clock (${key})` : `the global ${key}`;
}
