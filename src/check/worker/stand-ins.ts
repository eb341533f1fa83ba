import { attemptOfCaller, type AttemptContext, type CheckDriver, type CheckSite } from './attempt-context.ts';
import type { AttachmentBody } from './evidence/evidence.ts';
import type { ExtensionInCheck } from './extension/extension-in-check.ts';

/** What `gridrun/check` exports. */
export interface StandIns {
  readonly site: CheckSite;
  readonly driver: CheckDriver;
  readonly extension: ExtensionInCheck;
  readonly signal: AbortSignal;
  attach(name: string, body: AttachmentBody): Promise<void>;
  expectPage(): Promise<void>;
}

/** Under this key a stand-in gives the object behind it, for code that keeps something per object. */
const BEHIND = Symbol.for('gridrun.behind');

/**
 * The exports of `gridrun/check` for one lane. Each use goes to the object of the lane's attempt, whatever async context
 * the calling code is in. Without a lane, for packages that all lanes share, it goes to the attempt of that context.
 */
export function standInsOf(lane: number | undefined): StandIns {
  return {
    site: standIn(lane, 'site', (attempt) => attempt.site),
    driver: standIn(lane, 'driver', (attempt) => attempt.driver),
    extension: standIn(lane, 'extension', (attempt) => attempt.extension),
    signal: standIn(lane, 'signal', (attempt) => attempt.signal),
    attach: async (name, body) => await attemptOfCaller('attach', lane).attach(name, body),
    expectPage: async () => await attemptOfCaller('expectPage', lane).expectPage(),
  };
}

function standIn<T extends object>(lane: number | undefined, what: string, pick: (attempt: AttemptContext) => T): T {
  const behind = (): T => pick(attemptOfCaller(what, lane));
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
      // The stand-in has no properties of its own, so it may not claim that one can't be changed.
      return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
    },
  });
}
