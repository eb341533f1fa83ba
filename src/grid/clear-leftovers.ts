import { WireClient } from '../wire/wire-client.ts';
import { parseEndpoint } from '../wire/endpoint.ts';
import { WireError } from '../wire/wire-error.ts';
import { readGridStatus } from './grid-status.ts';
import { processesNaming } from '../os/process-table.ts';
import { SessionRegistry, type SessionRecord } from './registry.ts';

const SWEEP_DEADLINE_MS = 5000;

export interface SweepOptions {
  readonly registry?: SessionRegistry;
  /** The grid of this run: its credentials serve for what earlier runs left on it. */
  readonly gridUrl?: string;
  readonly signal?: AbortSignal;
}

/**
 * Ends what dead runs of this user left on this machine or on a grid, and nobody else's: a session is ours where a
 * record says so, a process where its command line names that record's folder.
 * Gives the names of the sessions that were ended. Never throws: what can't be ended now is left for the next sweep.
 */
export async function sweepDeadSessions(options: SweepOptions = {}): Promise<string[]> {
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

async function endRemote(record: SessionRecord, endpoint: string, options: SweepOptions): Promise<void> {
  const { gridUrl } = options;
  const client = new WireClient(
    gridUrl !== undefined && parseEndpoint(gridUrl).shown === endpoint ? gridUrl : endpoint,
  );
  const limits = { deadlineMs: SWEEP_DEADLINE_MS, signal: options.signal };
  try {
    const sessionId =
      record.sessionId ??
      (await readGridStatus(client, limits)).sessions.find(({ name }) => name === record.name)?.sessionId;
    if (sessionId !== undefined) await client.send('DELETE', `/session/${sessionId}`, undefined, limits);
  } catch (error) {
    // A session or a grid that is gone is what was wanted; one that refuses us or does not answer is tried again.
    const gone = error instanceof WireError && (error.sessionLost || error.code === 'check.command-refused');
    if (!gone) throw error;
  }
}
