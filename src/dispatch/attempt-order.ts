import { picturedChecks } from '../core/attribution/pictures.ts';
import type { AttemptOrder } from '../core/ports.ts';
import type { SiteProgress } from './site-progress.ts';
import type { OpenSlot } from './supply-parts.ts';

/** The order for the next attempt of a site in this slot. `siteTimeoutMs` holds if the site has no limit of its own. */
export function attemptOrder(
  { slot, session }: OpenSlot,
  { site, attempts, nextAttempt, isCompared }: SiteProgress,
  siteTimeoutMs: number,
  signal: AbortSignal,
): AttemptOrder {
  return {
    slot: slot.index,
    site,
    attempt: nextAttempt,
    arm: session.arm,
    session: session.owned.session,
    timeouts: session.timeouts,
    siteTimeoutMs: site.timeoutMs ?? siteTimeoutMs,
    isCompared,
    pictured: session.arm === 'control' && isCompared ? picturedChecks(attempts) : undefined,
    signal,
  };
}
