import type { Arm, Attempt, ControlMode } from '../attempt.ts';
import { probabilityOf, SURE, UNLIKELY } from './decide.ts';
import { isDown } from './down.ts';
import { evidenceOf, hasHistory, type Knowledge } from './evidence.ts';
import { hasFailed, tellingAttempts } from './loads.ts';
import { isEnoughForTest, pairsOf } from './pairs.ts';

/** The limits of one site. */
export interface ArmRules {
  readonly control: ControlMode;
  /** The maximum of attempts that say something, over both arms. */
  readonly budget: number;
  /** The site must not be loaded a second time. */
  readonly once: boolean;
}

/**
 * The arm that tries a site next, or `done`. After the first failure of the subject the arms take turns, the control
 * first, until the answer is sure enough or the budget is used. Looks at whole pairs only, so both arms have the same chance.
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
  if (controls >= subjects.length) return telling.length < budget ? 'subject' : 'done';
  if (telling.length + 2 > budget) return 'done';
  return controls === 0 || !isSure(planned, attempts, knowledge) ? 'control' : 'done';
}

function isSure(planned: readonly string[], attempts: readonly Attempt[], knowledge: Knowledge): boolean {
  if (isDown(planned, attempts)) return true;
  if (!hasHistory(planned, knowledge) && !isEnoughForTest(pairsOf(attempts))) return false;
  const probability = probabilityOf(evidenceOf(planned, attempts, knowledge), planned.length);
  return probability >= SURE || probability < UNLIKELY;
}
