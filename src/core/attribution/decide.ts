import type { RatePrior } from './failure-rates.ts';
import { probabilityOfEffect, type ArmLoads } from './posterior.ts';

/** Whether the build under test breaks a site. */
export type AttributionWord = 'broken' | 'suspect' | 'not-build' | 'undecided';

/** How likely it is, before anything is measured, that a build breaks a site. */
const PRIOR_OF_SITE = 0.015;
/**
 * A build that breaks a site often breaks several checks at once. So with ten times the checks, one check is not a tenth as
 * likely to be broken. 1 would stand for never more than one check, 0 for always all of them.
 */
const SPREAD = 0.75;
/** From here on, a site is broken. */
export const SURE = 0.99;
/** Below this, it is not the build. */
export const UNLIKELY = 0.02;
/** From here on, a site that is not decided is suspect. */
const EVEN = 0.5;

/** What is known of one check of a site. */
export interface CheckEvidence {
  readonly title: string;
  readonly loads: ArmLoads;
  /** If the server sent several pages, all loads of each one that both arms got; else empty. */
  readonly pages: readonly ArmLoads[];
  /** How likely each rate of its own is. */
  readonly own: RatePrior;
  /** The server sends several pages, and those that both arms got do not tell yet. */
  readonly mayTellYet: boolean;
}

/** The probability that the build breaks one check of a site. 0 if it never failed with the build. */
export function probabilityOfCheck({ own, ...compared }: CheckEvidence, checkCount: number): number {
  if (compared.loads.subject.failed === 0) return 0;
  return probabilityOfEffect(compared, own, PRIOR_OF_SITE / Math.max(1, checkCount) ** SPREAD);
}

/** The probability that the build breaks the site: that of the check for which it is the largest. */
export function probabilityOf(checks: readonly CheckEvidence[], checkCount: number): number {
  return Math.max(0, ...checks.map((check) => probabilityOfCheck(check, checkCount)));
}

/**
 * True if the check must not be cleared, even if the build is unlikely to break it. There are two cases:
 * - It failed at every load with the build, and at none without. A site that was down all week may be well tonight.
 * - The pages that both arms got do not tell.
 */
export function isTooEarlyToClear({
  loads: { subject, control },
  mayTellYet,
}: Pick<CheckEvidence, 'loads' | 'mayTellYet'>): boolean {
  if (subject.failed === 0) return false;
  return mayTellYet || (subject.failed === subject.all && control.failed === 0);
}

/** The word for one check. `atMost` weakens `broken`, if something else may explain it. */
export function wordForCheck(evidence: CheckEvidence, probability: number, atMost?: 'suspect'): AttributionWord {
  const word = wordFor(probability);
  if (word === 'broken') return atMost ?? word;
  return word === 'not-build' && isTooEarlyToClear(evidence) ? 'undecided' : word;
}

function wordFor(probability: number): AttributionWord {
  if (probability < UNLIKELY) return 'not-build';
  if (probability < EVEN) return 'undecided';
  return probability >= SURE ? 'broken' : 'suspect';
}
