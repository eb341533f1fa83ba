/**
 * Builtins of JavaScript, taken before any check can replace them. Code that ends an attempt in a worker uses these, so that
 * an attempt ends whatever its check has done to them. Import this module before the files of checks.
 */
export const { AbortController } = globalThis;
export const { parse, stringify } = JSON;

/** `Promise.withResolvers()`. */
export const withResolvers: <T>() => PromiseWithResolvers<T> = Promise.withResolvers.bind(Promise);
