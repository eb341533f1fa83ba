import { GridrunError } from '../core/fault.ts';
import type { SessionFacts } from '../core/ports.ts';
import { BidiClient } from '../wire/bidi-client.ts';
import { WireClient } from '../wire/wire-client.ts';

/** A reset that takes longer costs more than a new session. */
export const RESET_DEADLINE_MS = 10_000;

/** A session as a reset uses it, for as long as the reset takes. */
export interface BidiSession {
  bidi(method: string, params: object): Promise<unknown>;
  /** A W3C command; `path` comes after `/session/<id>`. */
  classic(path: string, body: object): Promise<unknown>;
}

/** Runs a reset with a BiDi connection of its own. Throws where the browser offers none. */
export async function withBidi(
  session: SessionFacts,
  signal: AbortSignal,
  reset: (use: BidiSession) => Promise<void>,
): Promise<void> {
  if (session.webSocketUrl === undefined) {
    throw new GridrunError(
      'session.no-bidi',
      `session ${session.sessionId} has no BiDi connection: it can't be cleaned`,
      { hint: 'leave webSocketUrl among the capabilities, or give --isolation wipe' },
    );
  }
  const limits = { deadlineMs: RESET_DEADLINE_MS, signal };
  const client = new WireClient(session.endpoint);
  const connection = await BidiClient.connect(session.webSocketUrl, limits);
  try {
    await reset({
      bidi: (method, params) => connection.command(method, params, limits),
      classic: (path, body) => client.send('POST', `/session/${session.sessionId}${path}`, body, limits),
    });
  } finally {
    connection.close();
  }
}

/** Time-outs and window as they were when the session opened, whatever a check made of them; all at once. */
export async function restore(use: Pick<BidiSession, 'classic'>, session: SessionFacts): Promise<void> {
  const timeouts = session.capabilities['timeouts'];
  await Promise.all([
    typeof timeouts === 'object' && timeouts !== null ? use.classic('/timeouts', timeouts) : undefined,
    session.windowRect === undefined ? undefined : use.classic('/window/rect', session.windowRect),
  ]);
}
