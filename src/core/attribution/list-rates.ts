import { likelihood, meanRate, normalized, RATES, TYPICAL, type Loads, type RatePrior } from './failure-rates.ts';

/** How many checks' worth of loads what is typical weighs, against what this list shows. */
const WEIGHT_OF_TYPICAL = 20;
const ROUNDS = 40;
/** A smaller share of new loads hardly changes what was learned, and learning takes a millisecond. */
const RELEARN_SHARE = 0.02;

/** What the loads of a check on a site say about its own rate. */
interface Seen {
  readonly loads: Loads;
  count: number;
}

/**
 * How often checks of this list fail by themselves, learned during a run: from first loads that passed, and from what the
 * control showed. A list that fails less than is typical changes nothing, so that a good list never makes it easier to blame
 * the build.
 */
export class ListRates {
  /** How many checks have the same loads, by these. */
  readonly #seen = new Map<string, Seen>();
  #prior: RatePrior = TYPICAL;
  #count = 0;
  /** Changes since the prior was learned. */
  #changes = 0;

  /** Replaces what one check on one site said before by what it says now. Undefined if it says nothing. */
  update(before: Loads | undefined, now: Loads | undefined): void {
    if (before !== undefined) this.#add(before, -1);
    if (now !== undefined) this.#add(now, 1);
    this.#changes++;
  }

  get prior(): RatePrior {
    if (this.#changes > this.#count * RELEARN_SHARE) {
      this.#prior = this.#learn();
      this.#changes = 0;
    }
    return this.#prior;
  }

  #add(loads: Loads, by: number): void {
    const key = `${loads.failed}/${loads.all}`;
    const seen = this.#seen.get(key) ?? { loads, count: 0 };
    seen.count += by;
    this.#count += by;
    this.#seen.set(key, seen);
  }

  #learn(): RatePrior {
    const seen = [...this.#seen.values()].filter(({ count }) => count > 0);
    // Without a failure there is nothing to learn.
    if (!seen.some(({ loads }) => loads.failed > 0)) return TYPICAL;
    let prior = TYPICAL;
    for (let round = 0; round < ROUNDS; round++) prior = oneRound(prior, seen);
    return meanRate(prior) > meanRate(TYPICAL) ? prior : TYPICAL;
  }
}

/** One step of the EM algorithm: shares the checks out over the rates, then takes the shares as the new weights. */
function oneRound(weights: RatePrior, seen: readonly Seen[]): RatePrior {
  const sums = TYPICAL.map((weight) => weight * WEIGHT_OF_TYPICAL);
  for (const { loads, count } of seen) {
    const shares = normalized(weights.map((weight, index) => weight * likelihood(RATES[index]!, loads)));
    for (const [index, share] of shares.entries()) sums[index]! += count * share;
  }
  return normalized(sums);
}
