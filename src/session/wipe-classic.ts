import type { SessionFacts } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { RESET_DEADLINE_MS, restore } from './bidi-session.ts';

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
  const classic = (rest: string, body: object): Promise<unknown> => client.send('POST', path(rest), body, limits);
  // An open dialog would block every later command. Usually there is none, and the command fails.
  await classic('/alert/dismiss', {}).catch(() => {});
  const others = (await client.send('GET', path('/window/handles'), undefined, limits)) as string[];
  const fresh = (await classic('/window/new', { type: 'tab' })) as { handle: string };
  for (const handle of others) {
    await classic('/window', { handle });
    await client.send('DELETE', path('/window'), undefined, limits);
  }
  await classic('/window', { handle: fresh.handle });
  await Promise.all([
    ...CLEARS.map(([cmd, params]) => classic('/goog/cdp/execute', { cmd, params })),
    restore({ classic }, session),
  ]);
}
