/// <reference types="mocha" preserve="true" />
import type { WebDriver } from 'selenium-webdriver';
import type {
  ConsoleLine,
  ExtensionInCheck,
  ExtensionStorage,
  StorageArea,
} from './worker/extension/extension-in-check.ts';
import { currentAttempt, type CheckSite, type AttemptContext } from './worker/attempt-context.ts';
import type { AttachmentBody } from './worker/evidence/evidence.ts';

export type { AttachmentBody, CheckSite, ConsoleLine, ExtensionInCheck, ExtensionStorage, StorageArea };
export type { ExtensionError } from '../core/attempt.ts';

declare global {
  // The only way to type mocha's `this`.
  namespace Mocha {
    interface Context {
      readonly site: CheckSite;
      readonly driver: WebDriver;
    }
  }
}

/** Where the object behind a stand-in is had, for code that keeps something for each object. */
const BEHIND = Symbol.for('gridrun.behind');

/** One stand-in for all lanes: whoever uses it gets the object of the attempt that he is in. */
function ofCurrentAttempt<T extends object>(what: string, pick: (run: AttemptContext) => T): T {
  const behind = (): T => pick(currentAttempt(what));
  return new Proxy({} as T, {
    get(_target, property) {
      const object = behind();
      if (property === BEHIND) return object;
      const value: unknown = Reflect.get(object, property, object);
      return typeof value === 'function' ? (value.bind(object) as unknown) : value;
    },
    set: (_target, property, value) => {
      const object = behind();
      return Reflect.set(object, property, value, object);
    },
    has: (_target, property) => Reflect.has(behind(), property),
    getPrototypeOf: () => Reflect.getPrototypeOf(behind()),
    ownKeys: () => Reflect.ownKeys(behind()),
    getOwnPropertyDescriptor: (_target, property) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(behind(), property);
      // The stand-in itself has no properties, and a fixed one may not be claimed for it.
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
    },
  });
}

/** The site that the running check is for. */
export const site: CheckSite = ofCurrentAttempt('site', (run) => run.site);

/** selenium-webdriver's driver of the site's browser session. `quit()` ends the site's use of it, not the session. */
export const driver: WebDriver = ofCurrentAttempt('driver', (run) => run.driver);

/**
 * The extension of the site's session. `extension.loaded` tells whether there is one; all else of it throws where there
 * is none.
 */
export const extension: ExtensionInCheck = ofCurrentAttempt('extension', (run) => run.extension);

/** Aborted when the attempt is stopped before its end: by a time-out, an interruption, a lost session. */
export const signal: AbortSignal = ofCurrentAttempt('signal', (run) => run.signal);

/**
 * Puts a file beside the running check's evidence; text, bytes, or a value that is written as JSON.
 * The name's ending says what it is (`cart.png`). Secrets are taken out of text.
 */
export async function attach(name: string, body: AttachmentBody): Promise<void> {
  await currentAttempt('attach').attach(name, body);
}
