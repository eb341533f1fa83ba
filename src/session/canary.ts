import type { Grid, SessionRequest } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { ask } from './ask.ts';

const PAGE_DEADLINE_MS = 15_000;

/**
 * Tells a sick grid from sick sites: opens a session of its own, loads a page in it that has nothing to do with any site,
 * and ends it. The page is the grid's own, if `openPage` opens one, or else the `/status` of the session's server, which is
 * on loopback for the Chrome of this machine. Throws if the session does not open, crashes or does not answer, or if it does
 * not load the grid's own page. A browser may have no way to a server's `/status`; it then answers that, which is no fault.
 */
export async function canary(grid: Grid, openPage: Grid['openPage'], request: SessionRequest): Promise<void> {
  await using page = await openPage?.();
  const capabilities = page?.reachedWith(request.capabilities) ?? request.capabilities;
  const owned = await grid.openSession({ ...request, capabilities });
  try {
    const { endpoint, sessionId } = owned.session;
    const client = new WireClient(endpoint);
    const limits = { deadlineMs: PAGE_DEADLINE_MS, signal: request.signal };
    const url = page?.url ?? `${client.endpoint.shown}/status`;
    await client.send('POST', `/session/${sessionId}/url`, { url }, limits).catch((error: unknown) => {
      const isUnreached = error instanceof WireError && /\bnet::ERR_/.test(error.message);
      if (page !== undefined || !isUnreached) throw error;
    });
    await ask(owned.session, request.signal);
  } finally {
    await owned.release();
  }
}
