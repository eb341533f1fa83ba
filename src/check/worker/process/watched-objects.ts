import type { Selenium } from '../selenium-module.ts';

/** An object that all lanes of a process share. */
export interface Watched {
  readonly object: object;
  /** How messages name it; empty for `globalThis`. */
  readonly name: string;
  /** Whether values that are no functions count too. */
  readonly anyValue: boolean;
  /** Whether new properties count. To look for them is slow. */
  readonly additions: boolean;
}

/** Modules of Node whose functions checks replace, in mocks of the network, of files and of time. */
const MODULES = [
  'child_process',
  'crypto',
  'dgram',
  'dns',
  'events',
  'fs',
  'http',
  'https',
  'net',
  'os',
  'path',
  'timers',
  'timers/promises',
  'tls',
  'util',
] as const;

const CLASSES = [
  Object,
  Function,
  Array,
  String,
  Number,
  Boolean,
  Symbol,
  Date,
  Promise,
  RegExp,
  Error,
  Map,
  Set,
  URL,
  URLSearchParams,
  AbortController,
  AbortSignal,
  EventTarget,
  Buffer,
] as const;

const SETTINGS = /^(defaults?|config|options|settings)$/;
/** A package with more than this is watched in part. */
const MAX_OBJECTS_OF_PACKAGE = 300;

/** The parts of JavaScript, of Node and of selenium-webdriver that lanes share. Call it before checks can replace them. */
export function sharedParts(selenium: Selenium): Watched[] {
  return [
    { object: globalThis, name: '', anyValue: true, additions: true },
    functionsOf(process, 'process'),
    functionsOf(console, 'console'),
    { ...functionsOf(performance, 'performance'), additions: true },
    functionsOf(Math, 'Math'),
    functionsOf(JSON, 'JSON'),
    functionsOf(Reflect, 'Reflect'),
    functionsOf(process.stdout, 'process.stdout'),
    functionsOf(process.stderr, 'process.stderr'),
    ...CLASSES.flatMap((made) => classParts(made, made.name)).map((part) => ({ ...part, additions: true })),
    ...MODULES.flatMap((name) => partsOf(process.getBuiltinModule(name), name)),
    ...partsOf(selenium.exported, 'selenium-webdriver'),
    ...classParts(selenium.ChromeDriver, 'selenium-webdriver/chrome.Driver'),
  ];
}

/** What a package exports: its functions, its classes, and what looks like settings. */
export function partsOfPackage(exported: unknown, name: string): Watched[] {
  return partsOf(exported, name).slice(0, MAX_OBJECTS_OF_PACKAGE);
}

function partsOf(exported: unknown, name: string): Watched[] {
  if (!isObject(exported)) return [];
  const isSettings = SETTINGS.test(name.split('.').at(-1)!);
  const parts: Watched[] = [
    { object: exported, name, anyValue: isSettings, additions: isSettings },
    ...prototypeOf(exported, name),
  ];
  for (const key of Object.getOwnPropertyNames(exported)) {
    const value: unknown = Object.getOwnPropertyDescriptor(exported, key)?.value;
    if (key === 'prototype' || !isObject(value) || value === exported) continue;
    const inner = key === 'default' ? name : `${name}.${key}`;
    const areSettings = SETTINGS.test(key);
    if (areSettings || key === 'default')
      parts.push({ object: value, name: inner, anyValue: areSettings, additions: areSettings });
    if (isClass(value)) parts.push(...classParts(value, inner));
  }
  return parts;
}

/** Has it methods? Most functions have none, and there are hundreds of them. */
function isClass(value: object): boolean {
  if (typeof value !== 'function') return false;
  const prototype: unknown = Object.getOwnPropertyDescriptor(value, 'prototype')?.value;
  const objects = isObject(prototype) ? [value, prototype] : [value];
  return objects.some((object) => Object.getOwnPropertyNames(object).some((key) => hasMethod(object, key)));
}

function hasMethod(object: object, key: string): boolean {
  return key !== 'constructor' && typeof Object.getOwnPropertyDescriptor(object, key)?.value === 'function';
}

function classParts(made: object, name: string): Watched[] {
  return [functionsOf(made, name), ...prototypeOf(made, name)];
}

function prototypeOf(made: object, name: string): Watched[] {
  const prototype: unknown = Object.getOwnPropertyDescriptor(made, 'prototype')?.value;
  return isObject(prototype) ? [{ ...functionsOf(prototype, `${name}.prototype`), additions: true }] : [];
}

function functionsOf(object: object, name: string): Watched {
  return { object, name, anyValue: false, additions: false };
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
