import type { SessionFacts } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';

const DEADLINE_MS = 10_000;

/**
 * Sends a command that changes nothing, which keeps the session alive. The browser itself has to answer it. Throws a
 * `WireError` if the session is gone or does not answer.
 */
export async function ask({ endpoint, sessionId }: SessionFacts, signal: AbortSignal): Promise<void> {
  const limits = { deadlineMs: DEADLINE_MS, signal };
  await new WireClient(endpoint).send('GET', `/session/${sessionId}/window/handles`, undefined, limits);
}
