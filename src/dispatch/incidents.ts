import type { Attempt } from '../core/attempt.ts';
import { hasFailed, tellingAttempts } from '../core/attribution/loads.ts';

/** Loads that lie within this time of each other may all have met the same trouble. */
const CLOSE_MS = 120_000;
/**
 * There was trouble if at least this many other sites failed then and passed at another time in the same arm, and if they
 * were at least this share of the loads.
 */
const MIN_UNSTEADY = 5;
const UNSTEADY_SHARE = 0.1;

interface Failure {
  readonly at: number;
  readonly siteId: string;
}

/**
 * Remembers when there was trouble in a run: many sites that failed, but passed in the same arm at another time, and incidents
 * of the breaker. A site that the build breaks passes at no time, so a bad build is no trouble.
 */
export class Incidents {
  /** The ends of all loads, in ms since 1970, in order. */
  readonly #ends: number[] = [];
  /** Those that failed, in order. */
  readonly #failures: Failure[] = [];
  /** When the breaker was open at the end of a load. */
  readonly #breakerAt: number[] = [];
  /** The sites that have failed and passed in one arm, by now. */
  readonly #unsteady = new Set<string>();

  /** Call when an attempt has ended, with all attempts of its site. */
  ended(attempts: readonly Attempt[], isBreakerOpen: boolean): void {
    const last = attempts.at(-1);
    if (last === undefined) return;
    const at = endOf(last);
    if (isBreakerOpen) this.#breakerAt.push(at);
    this.#ends.push(at);
    if (hasFailed(last)) this.#failures.push({ at, siteId: last.siteId });
    if (isUnsteady(attempts)) this.#unsteady.add(last.siteId);
  }

  /**
   * `suspect` if all failures of a site with the build lie close together, and there was trouble in that time: then the
   * trouble may explain all of them, however far apart the other loads lie.
   */
  atMost(attempts: readonly Attempt[]): 'suspect' | undefined {
    const failed = tellingAttempts(attempts).filter((attempt) => attempt.arm === 'subject' && hasFailed(attempt));
    const [first, last] = [failed[0], failed.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const [from, to] = [first.startedAt, endOf(last)];
    if (to - from > CLOSE_MS) return undefined;
    const isOpen = this.#breakerAt.some((at) => at >= from && at <= to);
    return isOpen || this.#hadTrouble(first.siteId, from, to) ? 'suspect' : undefined;
  }

  #hadTrouble(siteId: string, from: number, to: number): boolean {
    const failures = this.#failures.slice(
      firstFrom(this.#failures.length, (index) => this.#failures[index]!.at >= from),
      firstFrom(this.#failures.length, (index) => this.#failures[index]!.at > to),
    );
    const unsteady = new Set(
      failures.filter((one) => one.siteId !== siteId && this.#unsteady.has(one.siteId)).map((one) => one.siteId),
    ).size;
    const { length } = this.#ends;
    const loads =
      firstFrom(length, (index) => this.#ends[index]! > to) - firstFrom(length, (index) => this.#ends[index]! >= from);
    return unsteady >= MIN_UNSTEADY && unsteady >= UNSTEADY_SHARE * loads;
  }
}

/** The first index at which `isIn` is true. It must be false before and true after it. */
function firstFrom(length: number, isIn: (index: number) => boolean): number {
  let [from, to] = [0, length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (isIn(middle)) to = middle;
    else from = middle + 1;
  }
  return from;
}

function isUnsteady(attempts: readonly Attempt[]): boolean {
  const arms = Map.groupBy(tellingAttempts(attempts), ({ arm }) => arm);
  return [...arms.values()].some((ofArm) => ofArm.some(hasFailed) && !ofArm.every(hasFailed));
}

function endOf({ startedAt, durationMs }: Attempt): number {
  return startedAt + durationMs;
}
