import type { Attempt } from '../core/attempt.ts';
import { hasFailed, tellingAttempts } from '../core/attribution/loads.ts';

/** Loads that lie within this time of each other may all have met the same trouble. */
const CLOSE_MS = 120_000;
/** From so many other sites on that failed and passed in the same arm, and from this share on, there was trouble. */
const MIN_UNSTEADY = 5;
const UNSTEADY_SHARE = 0.1;

interface Ended {
  readonly at: number;
  readonly siteId: string;
  /** The site has failed and passed in one arm. */
  readonly isUnsteady: boolean;
}

/** Remembers when there was trouble in a run: sites that failed and passed in the same arm, and incidents of the breaker. */
export class Incidents {
  /** Of the last minutes. */
  #ended: Ended[] = [];
  #breakerAt = Number.NEGATIVE_INFINITY;

  /** Call when an attempt has ended, with all attempts of its site. */
  ended(attempts: readonly Attempt[], isBreakerOpen: boolean): void {
    const last = attempts.at(-1);
    if (last === undefined) return;
    const at = endOf(last);
    if (isBreakerOpen) this.#breakerAt = at;
    this.#ended.push({ at, siteId: last.siteId, isUnsteady: isUnsteady(attempts) });
    // A look at each end would be slow in a run of many sites.
    if ((this.#ended[0]?.at ?? at) < at - 4 * CLOSE_MS)
      this.#ended = this.#ended.filter((one) => one.at >= at - 2 * CLOSE_MS);
  }

  /** `suspect` if all loads of a site lie close together, and there was trouble in that time. */
  atMost(attempts: readonly Attempt[]): 'suspect' | undefined {
    const telling = tellingAttempts(attempts);
    const [first, last] = [telling[0], telling.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const [from, to] = [first.startedAt, endOf(last)];
    if (to - from > CLOSE_MS) return undefined;
    return this.#breakerAt >= from || this.#hadTrouble(first.siteId, from, to) ? 'suspect' : undefined;
  }

  #hadTrouble(siteId: string, from: number, to: number): boolean {
    const within = this.#ended.filter((one) => one.siteId !== siteId && one.at >= from && one.at <= to);
    const all = new Set(within.map((one) => one.siteId)).size;
    const unsteady = new Set(within.filter((one) => one.isUnsteady).map((one) => one.siteId)).size;
    return unsteady >= MIN_UNSTEADY && unsteady >= UNSTEADY_SHARE * all;
  }
}

function isUnsteady(attempts: readonly Attempt[]): boolean {
  const arms = Map.groupBy(tellingAttempts(attempts), ({ arm }) => arm);
  return [...arms.values()].some((ofArm) => ofArm.some(hasFailed) && !ofArm.every(hasFailed));
}

function endOf({ startedAt, durationMs }: Attempt): number {
  return startedAt + durationMs;
}
