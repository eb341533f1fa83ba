/** How often something fails by itself, one load after the other, and how likely each rate is. The weights add up to 1. */
export type RatePrior = readonly number[];

/** The rates that the model knows, as shares of loads. */
export const RATES = [0.0005, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8, 0.95, 0.999] as const;

/** Counts of loads. */
export interface Loads {
  readonly failed: number;
  readonly all: number;
}

export const NO_LOADS: Loads = { failed: 0, all: 0 };

/**
 * What is known of a check on a site before anything is measured: most never fail, few fail often, some are down. The
 * docs have the table and the error rates that it leads to.
 */
export const TYPICAL: RatePrior = [
  0.35, 0.42, 0.07, 0.03, 0.025, 0.04, 0.015, 0.02, 0.008, 0.006, 0.003, 0.002, 0.002, 0.003, 0.006,
];

/** How likely the counted loads are, if the thing fails by itself at this rate. Not for rates of 0 and 1. */
export function likelihood(rate: number, { failed, all }: Loads): number {
  return rate ** failed * (1 - rate) ** (all - failed);
}

/** The prior after earlier loads were seen: Bayes' rule. */
export function after(prior: RatePrior, seen: Loads): RatePrior {
  if (seen.all === 0) return prior;
  return normalized(prior.map((weight, index) => weight * likelihood(RATES[index]!, seen)));
}

/** The rate that the prior expects. */
export function meanRate(prior: RatePrior): number {
  return prior.reduce((sum, weight, index) => sum + weight * RATES[index]!, 0);
}

/** The weights, so that they add up to 1. */
export function normalized(weights: readonly number[]): RatePrior {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
