import { createRequire } from 'node:module';
import type * as Undici from 'undici';

type Of<Name extends keyof typeof Undici> = (typeof Undici)[Name];

const load = createRequire(import.meta.url);

/**
 * The parts of undici that a request needs. Its main file also loads fetch, WebSocket, caches and mocks: 95 ms of CPU in each
 * process of gridrun.
 */
export const Agent = load('undici/lib/dispatcher/agent.js') as Of<'Agent'>;
export const buildConnector = load('undici/lib/core/connect.js') as Of<'buildConnector'>;

// As undici's main file does. It does so again if something loads it.
const { prototype } = load('undici/lib/dispatcher/dispatcher.js') as Of<'Dispatcher'>;
Object.assign(prototype, { request: load('undici/lib/api/api-request.js') as unknown });

/**
 * undici's own timers share one clock, which starts with the first of them. It starts here, with the real timers: under a
 * check's fake clock, it would end connections.
 */
const { setFastTimeout } = load('undici/lib/util/timers.js') as {
  setFastTimeout: (callback: () => void, delayMs: number) => unknown;
};
setFastTimeout(() => {}, 1);

/** Only a request through a proxy needs it, so only that loads the rest. */
export function proxyAgent(...options: ConstructorParameters<Of<'ProxyAgent'>>): Undici.ProxyAgent {
  const { ProxyAgent } = load('undici') as typeof Undici;
  return new ProxyAgent(...options);
}
