import type { SessionFacts } from '../../../core/ports.ts';
import type { WireClient } from '../../../wire/wire-client.ts';

const DEADLINE_MS = 15_000;

/**
 * Makes a session's page loads and scripts take at most `mostMs`: they must end before a check's own time-out does,
 * because a hung page load holds the session's later commands. Throws a `WireError`.
 */
export async function capTimeouts(
  session: SessionFacts,
  mostMs: number,
  wire: WireClient,
  signal: AbortSignal,
): Promise<void> {
  const { pageLoad, script } = (session.capabilities['timeouts'] ?? {}) as { pageLoad?: number; script?: number };
  if (pageLoad !== undefined && pageLoad <= mostMs && script !== undefined && script <= mostMs) return;
  const timeouts = { pageLoad: Math.min(pageLoad ?? mostMs, mostMs), script: Math.min(script ?? mostMs, mostMs) };
  await wire.send('POST', `/session/${session.sessionId}/timeouts`, timeouts, { deadlineMs: DEADLINE_MS, signal });
}
