import type { SessionFacts } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { CLEARS } from './clears.ts';
import { RESET_DEADLINE_MS, restore } from './bidi-session.ts';

/**
 * The wipe for a session without a BiDi socket: W3C commands one after another, and CDP through the driver.
 * Throws where the driver offers no CDP; the session is then replaced.
 */
export async function wipeClassic(session: SessionFacts, signal: AbortSignal): Promise<void> {
  const limits = { deadlineMs: RESET_DEADLINE_MS, signal };
  const client = new WireClient(session.endpoint);
  const path = (rest: string): string => `/session/${session.sessionId}${rest}`;
  const classic = (rest: string, body: object): Promise<unknown> => client.send('POST', path(rest), body, limits);
  // An open dialog would hold all that follows; mostly there is none.
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
