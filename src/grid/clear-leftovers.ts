import { endProcessesNaming } from '../os/process-table.ts';
import { parseEndpoint } from '../wire/endpoint.ts';
import { WireClient } from '../wire/wire-client.ts';
import { endSession } from './end-session.ts';
import { readGridStatus } from './grid-status.ts';
import { SessionRegistry, type SessionRecord } from './registry.ts';

const DEADLINE_MS = 5000;
/** A grid that was away for so long has ended the session itself, or does not come back. */
const KEEP_MS = 30 * 24 * 3_600_000;

export interface ClearOptions {
  readonly registry?: SessionRegistry;
  /** The grid of this run. Its credentials also serve for the sessions that earlier runs left on it. */
  readonly gridUrl?: string;
  readonly signal?: AbortSignal;
}

/**
 * Ends what killed runs of this user left on this machine or on a grid, and nothing of anybody else. A session is ours
 * if a record names it, and a process is ours if its command line names the folder of a record.
 * Returns the names of the sessions that were ended. Never throws. A session that may live on, because its grid is away
 * or gives odd replies, keeps its record for the next run, up to 30 days.
 */
export async function clearLeftovers(options: ClearOptions = {}): Promise<string[]> {
  const registry = options.registry ?? new SessionRegistry();
  await registry.removeUnrecorded();
  const records = await registry.ofDeadOwners().catch(() => []);
  const ended = await Promise.all(
    records.map(async (record) => {
      try {
        await endProcessesNaming(record.folder);
        const { endpoint } = record;
        const isGone = endpoint === undefined || (await endRemote(record, endpoint, options));
        if (!isGone && (await registry.ageMs(record)) < KEEP_MS) return [];
        await registry.forget(record);
        return isGone ? [record.name] : [];
      } catch {
        return [];
      }
    }),
  );
  return ended.flat();
}

/** Returns whether the session is certainly gone. */
async function endRemote(record: SessionRecord, endpoint: string, options: ClearOptions): Promise<boolean> {
  const { gridUrl, signal } = options;
  const isSameGrid = gridUrl !== undefined && parseEndpoint(gridUrl).shown === endpoint;
  const client = new WireClient(isSameGrid ? gridUrl : endpoint);
  const limits = { deadlineMs: DEADLINE_MS, tries: 1, signal };
  // A proxy that sent the request twice made two of one name.
  const status = await readGridStatus(client, limits).catch(() => undefined);
  const named = (status?.sessions ?? []).filter(({ name }) => name === record.name).map(({ sessionId }) => sessionId);
  const twins = named.filter((sessionId) => sessionId !== (record.sessionId ?? named[0]));
  const all = [record, ...twins.map((sessionId) => ({ ...record, sessionId }))];
  const ends = await Promise.all(all.map(async (session) => await endSession(client, session, limits)));
  return ends.every((end) => end === 'gone');
}
