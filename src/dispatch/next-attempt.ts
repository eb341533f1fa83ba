import type { ControlMode } from '../core/attempt.ts';
import type { NextStep } from './retry.ts';
import type { SiteProgress } from './site-progress.ts';
import type { Waiting } from './work-queue.ts';

/** The attempt that a step of `nextStep` asks for. */
export function plannedRetry(
  progress: SiteProgress,
  { arm, purpose }: Exclude<NextStep, 'judge'>,
  control: ControlMode,
): Waiting {
  // With the control on every site, the second arm is planned, not a retry: it needs no fresh session.
  const fresh = purpose !== 'subject' && !(purpose === 'control' && control === 'always');
  const avoidNodes = purpose === 'infra-retry' ? progress.faultedNodes : [];
  return { site: progress.site, arm, fresh, avoidNodes };
}

/** An attempt that costs the site nothing of its budgets: an outage made the last one fail. */
export function freeRetry({ site, last }: SiteProgress): Waiting {
  return { site, arm: last?.arm ?? 'subject', fresh: false, avoidNodes: [] };
}
