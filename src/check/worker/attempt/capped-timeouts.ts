import type { SessionFacts, SessionTimeouts } from '../../../core/ports.ts';
import type { WireClient } from '../../../wire/wire-client.ts';

const DEADLINE_MS = 15_000;
/** What WebDriver sets if nobody asks for another. */
const NO_IMPLICIT_WAIT = 0;

/** As capabilities give them. null stands for no limit. */
type AskedTimeouts = { readonly [Kind in keyof SessionTimeouts]?: number | null };

export interface CappedTimeoutsOptions {
  readonly session: SessionFacts;
  /** Those that the session has now. Undefined: those of its capabilities. */
  readonly now: SessionTimeouts | undefined;
  /** No time-out is longer. */
  readonly maxMs: number;
  readonly wire: WireClient;
  readonly signal: AbortSignal;
}

/**
 * The time-outs of a session: page loads, scripts and implicit waits must end before the check's own time-out, because a
 * page load that hangs holds the session's later commands.
 */
export class CappedTimeouts {
  /** What the session has after `set`. */
  readonly wanted: SessionTimeouts;
  readonly #options: CappedTimeoutsOptions;

  constructor(options: CappedTimeoutsOptions) {
    const { session, maxMs } = options;
    this.#options = options;
    const { pageLoad, script, implicit = NO_IMPLICIT_WAIT } = askedOf(session);
    const capped = (asked: number | null | undefined): number => Math.min(asked ?? Infinity, maxMs);
    this.wanted = { pageLoad: capped(pageLoad), script: capped(script), implicit: capped(implicit) };
  }

  /** Sends nothing if the session has them already. Throws a `WireError`. */
  async set(): Promise<void> {
    const { session, now, wire, signal } = this.#options;
    const { pageLoad, script, implicit = NO_IMPLICIT_WAIT } = now ?? askedOf(session);
    const { wanted } = this;
    if (pageLoad === wanted.pageLoad && script === wanted.script && implicit === wanted.implicit) return;
    await wire.send('POST', `/session/${session.sessionId}/timeouts`, wanted, { deadlineMs: DEADLINE_MS, signal });
  }
}

function askedOf({ capabilities }: SessionFacts): AskedTimeouts {
  return capabilities['timeouts'] ?? {};
}
