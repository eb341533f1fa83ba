import type { SessionFacts } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { RESET_DEADLINE_MS, restore, type BidiSession } from './bidi-session.ts';
import { requireFew } from './close-tabs.ts';

/** CDP commands that clear every origin's cookies, local and session storage, IndexedDB, service workers and caches. */
export const CLEARS: readonly (readonly [method: string, params: object])[] = [
  ['Storage.clearDataForOrigin', { origin: '*', storageTypes: 'all' }],
  ['Network.clearBrowserCookies', {}],
  ['Network.clearBrowserCache', {}],
];

/**
 * Wipes a session that has no BiDi socket: by W3C commands one after another, and CDP through the driver.
 * Throws if the driver offers no CDP; the session must then be replaced.
 */
export async function wipeClassic(session: SessionFacts, signal: AbortSignal): Promise<void> {
  const limits = { deadlineMs: RESET_DEADLINE_MS, signal };
  const client = new WireClient(session.endpoint);
  const path = (rest: string): string => `/session/${session.sessionId}${rest}`;
  const send: BidiSession['classic'] = (method, rest, body) => client.send(method, path(rest), body, limits);
  const classic = pastDialogs(send);
  const others = (await classic('GET', '/window/handles')) as string[];
  const fresh = (await classic('POST', '/window/new', { type: 'tab' })) as { handle: string };
  // A page can open windows until its own is closed. Each close returns the windows that are left.
  for (let left = others, count = 1; left.length > 0; count += 1) {
    requireFew(count);
    await classic('POST', '/window', { handle: left[0] });
    const open = (await classic('DELETE', '/window')) as string[];
    left = open.filter((handle) => handle !== fresh.handle);
  }
  await classic('POST', '/window', { handle: fresh.handle });
  await Promise.all([
    ...CLEARS.map(([cmd, params]) => classic('POST', '/goog/cdp/execute', { cmd, params })),
    restore({ classic }, session),
  ]);
}

/** Closes an open dialog, which blocks most commands, and sends the command again. Most pages leave none. */
function pastDialogs(classic: BidiSession['classic']): BidiSession['classic'] {
  return async (method, path, body) => {
    try {
      return await classic(method, path, body);
    } catch (error) {
      if (!(error instanceof WireError && error.wireCode === 'unexpected alert open')) throw error;
      // The failed command may have closed it.
      await classic('POST', '/alert/dismiss', {}).catch(() => {});
      return await classic(method, path, body);
    }
  };
}
