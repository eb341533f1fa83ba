import { GridrunError } from '../core/fault.ts';
import type { SessionFacts, SessionKept } from '../core/ports.ts';
import { BidiClient } from '../wire/bidi-client.ts';
import { WireClient } from '../wire/wire-client.ts';

/** A reset that takes longer than this costs more than a new session. */
export const RESET_DEADLINE_MS = 10_000;

/** The commands that a reset may send, while it runs. */
export interface BidiSession {
  bidi(method: string, params: object): Promise<unknown>;
  /** A W3C command. `path` is the part after `/session/<id>`. */
  classic(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<unknown>;
}

/** Runs a reset over its own BiDi connection. Throws `session.no-bidi` if the browser offers none. */
export async function withBidi(
  session: SessionFacts,
  signal: AbortSignal,
  reset: (use: BidiSession) => Promise<void>,
): Promise<void> {
  if (session.webSocketUrl === undefined) {
    throw new GridrunError(
      'session.no-bidi',
      `session ${session.sessionId} has no BiDi connection, so it cannot be cleaned`,
      { hint: 'keep webSocketUrl in the capabilities, or use --isolation wipe' },
    );
  }
  const limits = { deadlineMs: RESET_DEADLINE_MS, signal };
  const client = new WireClient(session.endpoint);
  const connection = await BidiClient.connect(session.webSocketUrl, limits);
  try {
    await reset({
      bidi: (method, params) => connection.command(method, params, limits),
      classic: (method, path, body) => client.send(method, `/session/${session.sessionId}${path}`, body, limits),
    });
  } finally {
    connection.close();
  }
}

/** Sets the timeouts and the window back to what they were when the session opened, if the attempt may have changed them. */
export async function restore(
  use: Pick<BidiSession, 'classic'>,
  { capabilities, windowRect }: SessionFacts,
  kept: SessionKept,
): Promise<void> {
  const timeouts = kept.timeouts === undefined ? capabilities['timeouts'] : undefined;
  await Promise.all([
    typeof timeouts === 'object' && timeouts !== null ? use.classic('POST', '/timeouts', timeouts) : undefined,
    kept.window || windowRect === undefined ? undefined : use.classic('POST', '/window/rect', windowRect),
  ]);
}

/** If nothing is known of what an attempt has changed. */
export const NOTHING_KEPT: SessionKept = { window: false };
