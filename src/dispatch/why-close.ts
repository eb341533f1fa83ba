import type { CloseReason } from '../core/close-reason.ts';
import type { AttemptOutcome } from '../core/ports.ts';
import type { SlotSession } from './slot.ts';

interface Circumstances {
  readonly sitesPerSession: number;
  readonly isStopped: boolean;
  readonly waitingCount: number;
}

/** Why a session must not take another site after this outcome. Undefined if it may. */
export function whyClose(
  session: Readonly<SlotSession>,
  outcome: AttemptOutcome,
  { sitesPerSession, isStopped, waitingCount }: Circumstances,
): CloseReason | undefined {
  if (outcome.ending === 'faulted') return 'faulted';
  const allWell = outcome.checks.every((check) => check.status === 'passed' || check.status === 'skipped');
  if (outcome.sessionDirty || session.isDirty || !allWell || outcome.ending !== 'completed') return 'dirty';
  if (session.siteCount >= sitesPerSession) return 'worn';
  if (isStopped) return 'stopped';
  return waitingCount === 0 ? 'done' : undefined;
}
