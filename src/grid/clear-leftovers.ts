import { processesNaming } from '../os/process-table.ts';
import { parseEndpoint } from '../wire/endpoint.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { readGridStatus } from './grid-status.ts';
import { SessionRegistry, type SessionRecord } from './registry.ts';

const DEADLINE_MS = 5000;

export interface ClearOptions {
  readonly registry?: SessionRegistry;
  /** The grid of this run. Its credentials also serve for the sessions that earlier runs left on it. */
  readonly gridUrl?: string;
  readonly signal?: AbortSignal;
}

/**
 * Ends what killed runs of this user left on this machine or on a grid, and nothing of anybody else. A session is ours
 * if a record names it, and a process is ours if its command line names the folder of a record.
 * Returns the names of the sessions that were ended. Never throws: what cannot be ended now is left for the next run.
 */
export async function clearLeftovers(options: ClearOptions = {}): Promise<string[]> {
  const registry = options.registry ?? new SessionRegistry();
  const records = await registry.ofDeadOwners().catch(() => []);
  const ended = await Promise.all(
    records.map(async (record) => {
      try {
        for (const pid of await processesNaming(record.folder)) kill(pid);
        if (record.endpoint !== undefined) await endRemote(record, record.endpoint, options);
        await registry.forget(record);
        return [record.name];
      } catch {
        return [];
      }
    }),
  );
  return ended.flat();
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

async function endRemote(record: SessionRecord, endpoint: string, options: ClearOptions): Promise<void> {
  const { gridUrl, signal } = options;
  const isSameGrid = gridUrl !== undefined && parseEndpoint(gridUrl).shown === endpoint;
  const client = new WireClient(isSameGrid ? gridUrl : endpoint);
  const limits = { deadlineMs: DEADLINE_MS, signal };
  try {
    const sessionId =
      record.sessionId ??
      (await readGridStatus(client, limits)).sessions.find(({ name }) => name === record.name)?.sessionId;
    if (sessionId !== undefined) await client.send('DELETE', `/session/${sessionId}`, undefined, limits);
  } catch (error) {
    // If the session or the grid is gone, there is nothing to end. A grid that refuses us or is silent is tried later.
    const gone = error instanceof WireError && (error.sessionLost || error.code === 'check.command-refused');
    if (!gone) throw error;
  }
}
