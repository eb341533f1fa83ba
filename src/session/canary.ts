import type { Grid, SessionRequest } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { ask } from './ask.ts';

const PAGE_DEADLINE_MS = 15_000;

/**
 * Tells a sick grid from sick sites: opens a session of its own, loads a page of the grid itself in it (the `/status` of
 * the session's server, which is on loopback for the Chrome of this machine), and ends it. Throws if the session does not
 * open, crashes or does not answer. That its browser can't reach that page is no fault: it answers and says so.
 */
export async function canary(grid: Grid, request: SessionRequest): Promise<void> {
  const owned = await grid.openSession(request);
  try {
    const { endpoint, sessionId } = owned.session;
    const client = new WireClient(endpoint);
    const limits = { deadlineMs: PAGE_DEADLINE_MS, signal: request.signal };
    const url = `${client.endpoint.shown}/status`;
    await client.send('POST', `/session/${sessionId}/url`, { url }, limits).catch((error: unknown) => {
      if (!(error instanceof WireError) || !/\bnet::ERR_/.test(error.message)) throw error;
    });
    await ask(owned.session, request.signal);
  } finally {
    await owned.release();
  }
}
