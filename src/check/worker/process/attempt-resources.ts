import { subscribe } from 'node:diagnostics_channel';
import type { ChildProcess } from 'node:child_process';
import type { Server } from 'node:net';
import { laneContext } from '../attempt-context.ts';

/** What the code of one attempt opened in the process. */
interface Opened {
  readonly servers: Set<Server>;
  readonly children: Set<ChildProcess>;
  /** The address that a server could not have because another one has it. */
  addressInUse?: string;
}

interface ListenMessage {
  readonly server: Server;
  readonly options?: { readonly port?: number | string; readonly path?: string };
  readonly error?: { readonly code?: string };
}

const byAttempt = new WeakMap<object, Opened>();
const attemptOfServer = new WeakMap<Server, object>();
const addressOfServer = new WeakMap<Server, string>();

/** Follows the servers and child processes that attempts open. Call this once. */
export function followResources(): void {
  subscribe('tracing:net.server.listen:asyncStart', (message) => {
    const { server, options } = message as ListenMessage;
    const attempt = laneContext.getStore()?.attempt;
    if (attempt === undefined) return;
    attemptOfServer.set(server, attempt);
    addressOfServer.set(server, options?.path ?? `port ${options?.port ?? ''}`);
    openedBy(attempt).servers.add(server);
  });
  subscribe('tracing:net.server.listen:error', (message) => {
    const { server, error } = message as ListenMessage;
    const attempt = attemptOfServer.get(server);
    if (attempt !== undefined && error?.code === 'EADDRINUSE')
      openedBy(attempt).addressInUse = addressOfServer.get(server) ?? '';
  });
  subscribe('child_process', (message) => {
    const attempt = laneContext.getStore()?.attempt;
    if (attempt !== undefined) openedBy(attempt).children.add((message as { process: ChildProcess }).process);
  });
}

/** Does a server of the attempt still listen? */
export function hasOpenServer(attempt: object): boolean {
  return [...(byAttempt.get(attempt)?.servers ?? [])].some((server) => server.listening);
}

/** The address, such as `port 8080`, that a server of the attempt could not have; undefined if there is none. */
export function addressInUse(attempt: object): string | undefined {
  return byAttempt.get(attempt)?.addressInUse;
}

/** Ends the child processes that the attempt started and that still run. */
export function endChildren(attempt: object): void {
  for (const child of byAttempt.get(attempt)?.children ?? [])
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
}

function openedBy(attempt: object): Opened {
  let opened = byAttempt.get(attempt);
  if (opened === undefined) byAttempt.set(attempt, (opened = { servers: new Set(), children: new Set() }));
  return opened;
}
