import type { Arm, Attempt } from '../core/attempt.ts';
import { tellingAttempts } from '../core/attribution/loads.ts';
import type { DispatchSettings } from './dispatch-plan.ts';
import type { NextStep } from './retry.ts';
import type { SiteProgress } from './site-progress.ts';
import { LIKELY_LOADS, pauseMs } from './spread.ts';
import type { ComparedLoad, Waiting } from './waiting.ts';

/** How the loads of a comparison are spread. */
export type SpreadSettings = Pick<DispatchSettings, 'controlBudget' | 'controlWaitMs'>;

/** The attempt that a step of `nextStep` asks for. */
export function plannedRetry(
  progress: SiteProgress,
  { arm, purpose }: Exclude<NextStep, 'judge'>,
  { controlBudget, controlWaitMs }: SpreadSettings,
): Waiting {
  const { site, attempts, isSampled } = progress;
  const avoidNodes =
    purpose === 'infra-retry' ? progress.faultedNodes : purpose === 'arm' ? nodesOfRound(attempts, arm) : [];
  // If both arms try the site, the second arm is planned, not a retry: it needs no fresh session.
  if (purpose !== 'arm') return { site, arm, fresh: true, avoidNodes };
  if (!progress.isCompared) return { site, arm, fresh: !(isSampled && attempts.length === 1), avoidNodes };
  const compared = comparedLoad(attempts, controlBudget);
  return { site, arm, fresh: false, avoidNodes, compared, pauseMs: pauseMs(controlWaitMs, controlBudget) };
}

function comparedLoad(attempts: readonly Attempt[], controlBudget: number): ComparedLoad {
  const loads = tellingAttempts(attempts).length;
  const maxLoads = Math.max(1, controlBudget - loads);
  const likelyLoads = Math.min(maxLoads, Math.max(1, LIKELY_LOADS + 1 - loads));
  const loadMs = attempts.reduce((sum, { durationMs }) => sum + durationMs, 0) / Math.max(1, attempts.length);
  return { likelyLoads, maxLoads, loadMs, sessionIds: attempts.flatMap(({ sessionId }) => sessionId ?? []) };
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
