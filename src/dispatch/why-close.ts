import type { CloseReason } from '../core/close-reason.ts';
import type { AttemptOutcome } from '../core/ports.ts';
import type { SlotSession } from './slot.ts';

interface Circumstances {
  readonly sitesPerSession: number;
  readonly isStopped: boolean;
  readonly waitingCount: number;
  /** The site failed, and in the same way in the other arm before: the session is not why. */
  readonly isOfSite: boolean;
}

/** Why a session must not take another site after this outcome. Undefined if it may. */
export function whyClose(
  session: Readonly<SlotSession>,
  outcome: AttemptOutcome,
  { sitesPerSession, isStopped, waitingCount, isOfSite }: Circumstances,
): CloseReason | undefined {
  if (outcome.ending === 'faulted') return 'faulted';
  const allWell = isOfSite || outcome.checks.every(({ status }) => status === 'passed' || status === 'skipped');
  if (outcome.sessionDirty || session.isDirty || !allWell || outcome.ending !== 'completed') return 'dirty';
  if (session.siteCount >= sitesPerSession) return 'worn';
  if (isStopped) return 'stopped';
  return waitingCount === 0 ? 'done' : undefined;
}
