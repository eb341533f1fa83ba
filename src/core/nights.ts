import type { Arm, Attempt } from './attempt.ts';
import { hasFailed, hasTried, tellingAttempts } from './attribution/loads.ts';

/** What one build did on the page of one night. */
export type NightAnswer = 'fails' | 'passes' | 'unsure';

/** Two builds, each on the recordings of two nights. */
export interface TwoNights {
  /** The build under test on tonight's page, and on the page of the earlier night. */
  readonly newBuild: { readonly tonight: NightAnswer; readonly before: NightAnswer };
  /** The same of the control. */
  readonly oldBuild: { readonly tonight: NightAnswer; readonly before: NightAnswer };
}

/** What changed: the build, the page, or only both together. `unclear` if the four answers do not say. */
export type WhatChanged = 'extension' | 'site' | 'both' | 'unclear';

/**
 * What changed between two nights, by what two builds do on the pages of both. A pure function.
 *
 * Only the new build fails, on both pages: the extension. Both builds fail, on tonight's page alone: the site. Only the new
 * build fails, on tonight's page alone: neither change breaks it by itself, so both. Anything else is unclear.
 */
export function whatChanged({ newBuild, oldBuild }: TwoNights): WhatChanged {
  if (newBuild.tonight !== 'fails' || oldBuild.before !== 'passes') return 'unclear';
  const onOldPage = newBuild.before;
  const inOldBuild = oldBuild.tonight;
  if (onOldPage === 'unsure' || inOldBuild === 'unsure') return 'unclear';
  // Each change breaks it by itself, or neither does.
  if (onOldPage === inOldBuild) return 'both';
  return onOldPage === 'fails' ? 'extension' : 'site';
}

/** What the attempts of one arm on one page say. */
export function nightAnswer(attempts: readonly Attempt[], arm: Arm): NightAnswer {
  const failures = tellingAttempts(attempts)
    .filter(hasTried)
    .filter((attempt) => attempt.arm === arm)
    .map(hasFailed);
  if (failures.length === 0 || new Set(failures).size > 1) return 'unsure';
  return failures[0] === true ? 'fails' : 'passes';
}
