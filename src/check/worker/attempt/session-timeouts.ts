import type { SessionFacts } from '../../../core/ports.ts';
import type { WireClient } from '../../../wire/wire-client.ts';

const DEADLINE_MS = 15_000;

/**
 * Limits a session's page loads, scripts and implicit waits to `maxMs`. They must end before the check's own time-out,
 * because a page load that hangs holds the session's later commands. Throws a `WireError`.
 */
export async function capInSession(
  session: SessionFacts,
  maxMs: number,
  wire: WireClient,
  signal: AbortSignal,
): Promise<void> {
  const known = (session.capabilities['timeouts'] ?? {}) as { pageLoad?: number; script?: number; implicit?: number };
  const { pageLoad = Infinity, script = Infinity, implicit = 0 } = known;
  if (Math.max(pageLoad, script, implicit) <= maxMs) return;
  const timeouts = { pageLoad: Math.min(pageLoad, maxMs), script: Math.min(script, maxMs) };
  const all = implicit > maxMs ? { ...timeouts, implicit: maxMs } : timeouts;
  await wire.send('POST', `/session/${session.sessionId}/timeouts`, all, { deadlineMs: DEADLINE_MS, signal });
}
