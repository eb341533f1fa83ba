import type { SessionFacts, SessionKept } from '../core/ports.ts';
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

/** Browsers whose pages cannot resize their own tab. In others, such as chrome-headless-shell, they can. */
const CANNOT_RESIZE = new Set(['chrome', 'MicrosoftEdge']);

/**
 * Wipes a session that has no BiDi socket: by W3C commands one after another, and CDP through the driver.
 * Throws if the driver offers no CDP; the session must then be replaced.
 */
export async function wipeClassic(session: SessionFacts, signal: AbortSignal, kept: SessionKept): Promise<void> {
  const limits = { deadlineMs: RESET_DEADLINE_MS, signal };
  const client = new WireClient(session.endpoint);
  const path = (rest: string): string => `/session/${session.sessionId}${rest}`;
  const send: BidiSession['classic'] = (method, rest, body) => client.send(method, path(rest), body, limits);
  const classic = pastDialogs(send);
  const fresh = (await classic('POST', '/window/new', { type: 'tab' })) as { handle: string };
  const wasAlone = await closeOthers(classic, fresh.handle, kept);
  await classic('POST', '/window', { handle: fresh.handle });
  await Promise.all([
    ...CLEARS.map(([cmd, params]) => classic('POST', '/goog/cdp/execute', { cmd, params })),
    restore({ classic }, session, { ...kept, window: wasAlone && CANNOT_RESIZE.has(session.browserName) }),
  ]);
}

/**
 * Closes all tabs but the fresh one. True if that was only the site's own tab, and the check has used no windows: then the
 * window is as it was.
 */
async function closeOthers(classic: BidiSession['classic'], fresh: string, kept: SessionKept): Promise<boolean> {
  const others = (open: unknown): string[] => (open as string[]).filter((handle) => handle !== fresh);
  // If the check used no windows, the driver is still in the site's tab, and mostly that is the only one.
  const besides = kept.window ? await closeSiteTab(classic) : undefined;
  const first = others(besides ?? (await classic('GET', '/window/handles')));
  // A page can open windows until its own is closed. Each close returns the windows that are left.
  for (let left = first, count = 1; left.length > 0; count += 1) {
    requireFew(count);
    await classic('POST', '/window', { handle: left[0] });
    left = others(await classic('DELETE', '/window'));
  }
  return besides !== undefined && first.length === 0;
}

/** Closes the tab that the driver is in, and returns the tabs that are left; undefined if the page has closed it. */
async function closeSiteTab(classic: BidiSession['classic']): Promise<unknown> {
  try {
    return await classic('DELETE', '/window');
  } catch (error) {
    if (error instanceof WireError && error.wireCode === 'no such window') return undefined;
    throw error;
  }
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
