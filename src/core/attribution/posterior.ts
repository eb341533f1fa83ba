import { likelihood, RATES, type Loads, type RatePrior } from './failure-rates.ts';

/** The loads of one check on one site, arm by arm. */
export interface ArmLoads {
  readonly subject: Loads;
  readonly control: Loads;
}

/** How much of what passes without the build a build that breaks something makes fail, and how likely that is. */
const EFFECTS = [
  { share: 0.999, weight: 0.7 },
  { share: 0.9, weight: 0.06 },
  { share: 0.7, weight: 0.06 },
  { share: 0.5, weight: 0.06 },
  { share: 0.3, weight: 0.06 },
  { share: 0.15, weight: 0.06 },
] as const;

/**
 * The probability that the build under test makes this check fail on this site.
 *
 * Two explanations compete. Without an effect of the build, each load in either arm fails at the site's own rate. With
 * one, a load in the subject's arm also fails for a share of the rest. `own` says how likely each own rate is, and
 * `before` how likely an effect of the build is before the loads are seen.
 */
export function probabilityOfEffect({ subject, control }: ArmLoads, own: RatePrior, before: number): number {
  let without = 0;
  let withEffect = 0;
  for (const [index, rate] of RATES.entries()) {
    const weight = own[index]! * likelihood(rate, control);
    without += weight * likelihood(rate, subject);
    for (const effect of EFFECTS)
      withEffect += weight * effect.weight * likelihood(rate + (1 - rate) * effect.share, subject);
  }
  return (before * withEffect) / (before * withEffect + (1 - before) * without);
}
