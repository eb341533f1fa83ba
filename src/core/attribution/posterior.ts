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

/** How likely it is that a site fails as its pages do, if its server sends several: each page at a rate of its own. */
const BY_PAGE = 0.3;

/** What is compared: the loads of a check, and the same loads page by page. */
interface Compared {
  readonly loads: ArmLoads;
  /** One for each page that both arms got. */
  readonly pages: readonly ArmLoads[];
}

/**
 * The probability that the build under test makes this check fail on this site.
 *
 * Two explanations compete. Without an effect of the build, each load in either arm fails at the site's own rate. With
 * one, a load in the subject's arm also fails for a share of the rest. `own` says how likely each own rate is, and
 * `before` how likely an effect of the build is before the loads are seen. If the server sent several pages to both arms, each of
 * them may have a rate of its own.
 */
export function probabilityOfEffect({ loads, pages }: Compared, own: RatePrior, before: number): number {
  const [all, byPage] = pages.length < 2 ? [loads, undefined] : [sumOf(pages), pages];
  const chance = (share: number): number => {
    const together = likelihoodOf(all, own, share);
    if (byPage === undefined) return together;
    const apart = byPage.reduce((product, page) => product * likelihoodOf(page, own, share), 1);
    return (1 - BY_PAGE) * together + BY_PAGE * apart;
  };
  const without = chance(0);
  const withEffect = EFFECTS.reduce((sum, { share, weight }) => sum + weight * chance(share), 0);
  return (before * withEffect) / (before * withEffect + (1 - before) * without);
}

/** How likely the loads are, if the build makes this share fail of what passes without it. */
function likelihoodOf({ subject, control }: ArmLoads, own: RatePrior, share: number): number {
  return RATES.reduce(
    (sum, rate, index) =>
      sum + own[index]! * likelihood(rate, control) * likelihood(rate + (1 - rate) * share, subject),
    0,
  );
}

function sumOf(pages: readonly ArmLoads[]): ArmLoads {
  const ofArm = (arm: keyof ArmLoads): Loads => ({
    failed: pages.reduce((sum, page) => sum + page[arm].failed, 0),
    all: pages.reduce((sum, page) => sum + page[arm].all, 0),
  });
  return { subject: ofArm('subject'), control: ofArm('control') };
}
