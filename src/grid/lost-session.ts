import { setTimeout as delay } from 'node:timers/promises';
import type { WireClient } from '../wire/wire-client.ts';
import { isStarting, readGridStatus, type SessionStatus } from './grid-status.ts';

const STATUS_DEADLINE_MS = 5000;
const POLL_MS = 500;

/**
 * The result of a search: the session, `none` if there is none, or `unknown` if a slot was still starting when the time
 * was up.
 */
export type LostSession = SessionStatus | 'none' | 'unknown';

/**
 * Searches a Grid for a session whose `POST /session` got no reply, by its `se:name`. Searches while a slot is still
 * starting, but at most for `searchMs`. A request that still waits in the queue needs no search: the Grid drops it with
 * its connection.
 */
export async function findLostSession(
  client: WireClient,
  name: string,
  searchMs: number,
  signal?: AbortSignal,
): Promise<LostSession> {
  const end = Date.now() + searchMs;
  // Between the queue and its reservation a slot looks free for a moment, so one look that finds nothing is not enough.
  for (let quietLooks = 0; quietLooks < 2;) {
    const status = await readGridStatus(client, { deadlineMs: STATUS_DEADLINE_MS, signal }).catch(() => undefined);
    const found = status?.sessions.find((session) => session.name === name);
    if (found !== undefined) return found;
    if (Date.now() >= end || signal?.aborted) return 'unknown';
    quietLooks = status?.isGrid === true && !isStarting(status) ? quietLooks + 1 : 0;
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal }).catch(() => {});
  }
  return 'none';
}
