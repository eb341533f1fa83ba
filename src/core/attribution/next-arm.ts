import type { Arm, Attempt, ControlMode } from '../attempt.ts';
import { isTooEarlyToClear, probabilityOf, SURE, UNLIKELY } from './decide.ts';
import { isDown } from './down.ts';
import { evidenceOf, hasHistory, type Knowledge } from './evidence.ts';
import { hasFailed, tellingAttempts } from './loads.ts';
import { afterFirstFailure, isEnoughForTest, pairsOf } from './pairs.ts';
import { loadsThatCount } from './sent-pages.ts';

/** The limits of one site. */
export interface ArmRules {
  readonly control: ControlMode;
  /** The maximum of attempts that say something, over both arms. */
  readonly budget: number;
  /** The site must not be loaded a second time. */
  readonly once: boolean;
}

/**
 * The arm that tries a site next, or `done`. After the first failure of the subject the arms take turns until the answer is
 * sure enough or the budget is used. Looks at whole pairs only, so both arms have the same chance. The control begins every
 * other pair: two servers that answer in turn would else answer one arm each.
 */
export function nextArm(
  planned: readonly string[],
  attempts: readonly Attempt[],
  knowledge: Knowledge,
  { control, budget, once }: ArmRules,
): Arm | 'done' {
  const telling = tellingAttempts(attempts);
  const subjects = telling.filter(({ arm }) => arm === 'subject');
  const controls = telling.length - subjects.length;
  if (control === 'never' || once) return 'done';
  if (subjects.length === 0) return 'subject';
  if (!subjects.some(hasFailed)) return control === 'always' && controls === 0 ? 'control' : 'done';
  // The first failure stands alone; each pair after it is a control and a subject.
  const after = afterFirstFailure(attempts);
  const controlsAfter = after.filter(({ arm }) => arm === 'control').length;
  const subjectsAfter = after.length - controlsAfter;
  if (controlsAfter !== subjectsAfter) {
    if (telling.length >= budget) return 'done';
    return controlsAfter < subjectsAfter ? 'control' : 'subject';
  }
  if (telling.length + 2 > budget) return 'done';
  if (controls > 0 && isSure(planned, attempts, knowledge)) return 'done';
  return controlsAfter % 2 === 0 ? 'control' : 'subject';
}

function isSure(planned: readonly string[], tried: readonly Attempt[], knowledge: Knowledge): boolean {
  const counted = loadsThatCount(tried);
  if (isDown(planned, counted)) return true;
  if (!hasHistory(planned, knowledge) && !isEnoughForTest(pairsOf(counted.attempts))) return false;
  const evidence = evidenceOf(planned, counted, knowledge);
  const probability = probabilityOf(evidence, planned.length);
  return probability >= SURE || (probability < UNLIKELY && !evidence.some(isTooEarlyToClear));
}
