/** What a check may do to the process that it runs in, as code inside an async test. */
export interface Breakage {
  readonly code: string;
  /** The worker cannot end the attempt, so that it takes its limit and 5 s, twice if it has neighbors. */
  readonly isSlow?: boolean;
  /** Gridrun does not need it, so the check passes. */
  readonly isHarmless?: boolean;
}

const LINES = "(n) => Array.from({ length: 4000 }, (_, index) => String((index * n) % 3989 % 10)).join('\\n')";

export const BREAKAGES: Readonly<Record<string, Breakage>> = {
  'Promise without withResolvers': { code: 'delete Promise.withResolvers;', isHarmless: true },
  'Promise of another library': { code: 'globalThis.Promise = class Promise {};' },
  'Promise.prototype.then': { code: 'Promise.prototype.then = () => new Promise(() => {});', isSlow: true },
  'Object.prototype.toJSON that throws': { code: "Object.prototype.toJSON = () => { throw new Error('no'); };" },
  'Object.prototype.toJSON': { code: "Object.prototype.toJSON = () => 'nothing';" },
  'Array.prototype.toJSON': { code: "Array.prototype.toJSON = () => 'nothing';", isHarmless: true },
  'JSON.stringify': { code: "JSON.stringify = () => { throw new Error('no'); };", isHarmless: true },
  'JSON.parse': { code: 'JSON.parse = () => ({});' },
  'a getter that throws on Array.prototype': {
    code: "Object.defineProperty(Array.prototype, 'extra', { enumerable: true, get() { throw new Error('no'); } });",
    isHarmless: true,
  },
  'a setter of the first item': {
    code: "Object.defineProperty(Array.prototype, 0, { configurable: true, get: () => 0, set() { throw new Error('no'); } });",
    isSlow: true,
  },
  'no iterator of arrays': { code: 'delete Array.prototype[Symbol.iterator];' },
  'Array.prototype.map': { code: "Array.prototype.map = Array.prototype.filter = () => { throw new Error('no'); };" },
  'Map.prototype.get': { code: "Map.prototype.get = () => { throw new Error('no'); };", isSlow: true },
  'no way to the parent': { code: 'process._send = () => {};', isSlow: true },
  'a closed way to the parent': { code: 'process._disconnect();' },
  'process.nextTick': { code: 'process.nextTick = () => {};' },
  'process.emit': { code: 'try { process.emit = () => false; } catch {}', isHarmless: true },
  'EventEmitter.prototype.emit': { code: "(await import('node:events')).EventEmitter.prototype.emit = () => false;" },
  'setTimeout that returns no timer': { code: 'globalThis.setTimeout = () => {};', isHarmless: true },
  'EventTarget and AbortController': {
    code: 'globalThis.EventTarget = globalThis.AbortController = globalThis.AbortSignal = undefined;',
    isHarmless: true,
  },
  'no Buffer': { code: 'globalThis.Buffer = undefined;', isHarmless: true },
  'no console': { code: 'globalThis.console = undefined;', isHarmless: true },
  'a frozen globalThis': { code: 'Object.freeze(globalThis);', isHarmless: true },
  'frozen prototypes': {
    code: 'for (const made of [Object, Array, Promise, Map, Function]) { Object.freeze(made); Object.freeze(made.prototype); }',
    isHarmless: true,
  },
  'Error.prepareStackTrace that returns no text': {
    code: "Error.prepareStackTrace = () => 7; throw new Error('own');",
  },
  'Error.prepareStackTrace that throws': {
    code: "Error.prepareStackTrace = () => { throw new Error('no'); }; throw new Error('own');",
  },
  'no Error': { code: "globalThis.Error = undefined; throw 'own';" },
  'an endless loop': { code: 'for (;;);' },
  'an endless loop of microtasks': { code: 'const spin = () => Promise.resolve().then(spin); await spin();' },
  'an endless loop of ticks': {
    code: 'const spin = () => process.nextTick(spin); spin(); await new Promise(() => {});',
  },
  'a stopped process': { code: "process.kill(process.pid, 'SIGSTOP'); await new Promise(() => {});", isSlow: true },
  'the end of the process': { code: 'process.reallyExit(0);' },
  'an abort': { code: 'process.abort();' },
  'thousands of timers': {
    code: 'for (let index = 0; index < 20_000; index++) setInterval(() => {}, 100 + (index % 1000));',
    isHarmless: true,
  },
  'a difference of thousands of lines': {
    code: `const lines = ${LINES}; throw Object.assign(new Error('differs'), { actual: lines(31), expected: lines(17), showDiff: true });`,
  },
  'an error whose getters throw': {
    code: "const error = new Error('x'); for (const key of ['message', 'stack', 'name', 'cause']) Object.defineProperty(error, key, { get() { throw new Error('no'); } }); throw error;",
  },
  'an error whose getter never ends': {
    code: "throw Object.defineProperty(new Error('x'), 'stack', { get() { for (;;); } });",
  },
  'causes without an end': {
    code: "const made = () => Object.defineProperty(new Error('x'), 'cause', { get: made }); throw made();",
  },
  'a proxy that refuses everything': {
    code: "const no = () => { throw new Error('trap'); }; throw new Proxy(new Error('x'), { get: no, has: no, getPrototypeOf: no, ownKeys: no });",
  },
  'a huge message': { code: "throw new Error('x'.repeat(100_000_000));" },
  'a huge name': { code: "throw Object.assign(new Error('x'), { name: 'n'.repeat(100_000_000) });" },
  'a clock that stands still': { code: 'performance.now = Date.now = () => 0;', isHarmless: true },
  'no async contexts': {
    code: "const { AsyncLocalStorage } = await import('node:async_hooks'); AsyncLocalStorage.prototype.getStore = () => undefined;",
    isHarmless: true,
  },
  'Function.prototype.bind': {
    code: "Function.prototype.bind = Function.prototype.apply = () => { throw new Error('no'); };",
  },
  'texts without methods': {
    code: "for (const key of ['slice', 'split', 'replace', 'includes']) String.prototype[key] = () => { throw new Error('no'); };",
  },
  'no Reflect, Proxy, Map, Set': {
    code: 'globalThis.Reflect = globalThis.Proxy = globalThis.Map = globalThis.Set = undefined;',
  },
  'no process': { code: 'globalThis.process = undefined;' },
};
