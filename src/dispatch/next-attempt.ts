import type { Arm, Attempt } from '../core/attempt.ts';
import { hasFailed, tellingAttempts } from '../core/attribution/loads.ts';
import type { DispatchSettings } from './dispatch-plan.ts';
import type { NextStep } from './retry.ts';
import type { SiteProgress } from './site-progress.ts';
import { pauseMs } from './spread.ts';
import type { Waiting } from './work-queue.ts';

/** How the loads of a comparison are spread. */
export type SpreadSettings = Pick<DispatchSettings, 'controlBudget' | 'controlWaitMs'>;

/** The attempt that a step of `nextStep` asks for. */
export function plannedRetry(
  progress: SiteProgress,
  { arm, purpose }: Exclude<NextStep, 'judge'>,
  { controlBudget, controlWaitMs }: SpreadSettings,
): Waiting {
  const { site, attempts, isSampled } = progress;
  // If both arms try the site, the second arm is planned, not a retry: it needs no fresh session.
  const fresh = !(purpose === 'arm' && isSampled && attempts.length === 1);
  const avoidNodes =
    purpose === 'infra-retry' ? progress.faultedNodes : purpose === 'arm' ? nodesOfRound(attempts, arm) : [];
  if (purpose !== 'arm' || !progress.isCompared) return { site, arm, fresh, avoidNodes };
  const last = attempts.at(-1);
  return {
    site,
    arm,
    fresh,
    avoidNodes,
    loadsLeft: Math.max(1, controlBudget - tellingAttempts(attempts).length),
    pauseMs: pauseMs(controlWaitMs, controlBudget),
    hasSlot: last === undefined || last.arm === 'control' || hasFailed(last),
  };
}

/** An attempt that costs the site nothing of its budgets: an outage made the last one fail. */
export function freeRetry({ site, last }: SiteProgress): Waiting {
  return { site, arm: last?.arm ?? 'subject', fresh: false, avoidNodes: [] };
}

/**
 * The nodes that the arm has used since it began to use nodes again. Each arm goes round all nodes, so that a sick node
 * harms both alike.
 */
function nodesOfRound(attempts: readonly Attempt[], arm: Arm): string[] {
  const round = new Set<string>();
  for (const { arm: other, node } of attempts.toReversed()) {
    if (other !== arm || node === undefined) continue;
    if (round.has(node)) break;
    round.add(node);
  }
  return [...round];
}
