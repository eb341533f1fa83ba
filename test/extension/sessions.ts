import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Grid, SessionRequest, SessionFacts } from '../../src/core/ports.ts';
import { localGrid } from '../../src/grid/local.ts';
import { SessionRegistry } from '../../src/grid/registry.ts';
import { WireClient } from '../../src/wire/wire-client.ts';

export const NEVER = new AbortController().signal;

/** A request for a session. */
export function request(capabilities: Readonly<Record<string, unknown>> = {}): SessionRequest {
  return { name: 'extension', capabilities, avoidNodes: [], signal: NEVER };
}

/** A grid of this machine's Chrome, which keeps its records in the test's folder. */
export async function ownLocalGrid(): Promise<Grid> {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-extension-'));
  const grid = await localGrid({ sessions: 2, registry: new SessionRegistry(folder) });
  return {
    name: grid.name,
    capacity: (signal) => grid.capacity(signal),
    openSession: (asked) => grid.openSession(asked),
    async [Symbol.asyncDispose]() {
      await grid[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** W3C commands of a session. */
export function commandsOf(session: SessionFacts): {
  post(path: string, body: object): Promise<unknown>;
  run(script: string): Promise<unknown>;
} {
  const client = new WireClient(session.endpoint);
  const post = (path: string, body: object): Promise<unknown> =>
    client.send('POST', `/session/${session.sessionId}${path}`, body, { deadlineMs: 30_000 });
  return {
    post,
    run: (script) =>
      post('/execute/async', { script: `const done = arguments[arguments.length - 1]; ${script}`, args: [] }),
  };
}
