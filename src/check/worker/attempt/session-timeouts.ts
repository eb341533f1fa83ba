import type { SessionFacts } from '../../../core/ports.ts';
import type { WireClient } from '../../../wire/wire-client.ts';

const DEADLINE_MS = 15_000;

/**
 * Limits a session's page loads and scripts to `maxMs`. They must end before the check's own time-out, because a page
 * load that hangs holds the session's later commands. Throws a `WireError`.
 */
export async function capInSession(
  session: SessionFacts,
  maxMs: number,
  wire: WireClient,
  signal: AbortSignal,
): Promise<void> {
  const { pageLoad, script } = (session.capabilities['timeouts'] ?? {}) as { pageLoad?: number; script?: number };
  if (pageLoad !== undefined && pageLoad <= maxMs && script !== undefined && script <= maxMs) return;
  const timeouts = { pageLoad: Math.min(pageLoad ?? maxMs, maxMs), script: Math.min(script ?? maxMs, maxMs) };
  await wire.send('POST', `/session/${session.sessionId}/timeouts`, timeouts, { deadlineMs: DEADLINE_MS, signal });
}
