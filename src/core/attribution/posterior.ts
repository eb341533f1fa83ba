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

/** How likely it is that a page is a wall: one on which the check fails, with and without the build. Only if there are several. */
const WALL = { weight: 0.5, rate: 0.999 } as const;

/** What is compared: the loads of a check. */
interface Compared {
  readonly loads: ArmLoads;
  /** If the server sent several pages: the loads of each one that both arms got. They are compared in place of `loads`. */
  readonly pages: readonly ArmLoads[];
}

/**
 * The probability that the build under test makes this check fail on this site.
 *
 * Two explanations compete. Without an effect of the build, each load in either arm fails at the site's own rate. With
 * one, a load in the subject's arm also fails for a share of the rest. `own` says how likely each own rate is, and
 * `before` how likely an effect of the build is before the loads are seen. If the server sent several pages, each of them may
 * be a wall, such as a captcha: what fails there tells nothing about the others.
 */
export function probabilityOfEffect({ loads, pages }: Compared, own: RatePrior, before: number): number {
  const chance = (share: number): number =>
    pages.length === 0
      ? chanceOf(own, (rate) => likelihoodOf(loads, rate, share))
      : chanceOf(own, (rate) => pages.reduce((product, page) => product * likelihoodOfPage(page, rate, share), 1));
  const without = chance(0);
  const withEffect = EFFECTS.reduce((sum, { share, weight }) => sum + weight * chance(share), 0);
  return (before * withEffect) / (before * withEffect + (1 - before) * without);
}

/** How likely something is, over all rates that the check may have by itself. */
function chanceOf(own: RatePrior, atRate: (rate: number) => number): number {
  return RATES.reduce((sum, rate, index) => sum + own[index]! * atRate(rate), 0);
}

function likelihoodOfPage(page: ArmLoads, rate: number, share: number): number {
  return (1 - WALL.weight) * likelihoodOf(page, rate, share) + WALL.weight * likelihoodOf(page, WALL.rate, share);
}

/** How likely the loads are, if the build makes this share fail of what passes without it. */
function likelihoodOf({ subject, control }: ArmLoads, rate: number, share: number): number {
  return likelihood(rate, control) * likelihood(rate + (1 - rate) * share, subject);
}

/** The loads of several pages together. */
export function sumOf(pages: readonly ArmLoads[]): ArmLoads {
  const ofArm = (arm: keyof ArmLoads): Loads => ({
    failed: pages.reduce((sum, page) => sum + page[arm].failed, 0),
    all: pages.reduce((sum, page) => sum + page[arm].all, 0),
  });
  return { subject: ofArm('subject'), control: ofArm('control') };
}
