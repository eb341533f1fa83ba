import { knownStanding } from '../core/comparison.ts';
import type { Excuser, JudgedSite } from '../core/gate.ts';
import { isFailing, verdictOfCheck, type CheckVerdict } from '../core/verdict.ts';
import type { EarlierRun } from './earlier-runs.ts';

/** The failures of earlier runs. They are known, so they do not gate. */
export class FailuresBefore implements Excuser {
  readonly #nights: number;
  /** By site and check: in how many nights it failed. */
  readonly #failed = new Map<string, number>();
  /** By site and check: in how many nights it failed or errored. Faults of grid and runner do not count. */
  readonly #notPassed = new Map<string, number>();
  /** The same, of nights in which the build under test was to blame. */
  readonly #broken = new Map<string, number>();
  /** The same, of nights in which it was to blame, or may have been. */
  readonly #perhapsBroken = new Map<string, number>();
  readonly #flaky = new Map<string, number>();
  readonly #flakyByBuild = new Map<string, number>();
  /** By site: in how many nights it errored because of the site itself. */
  readonly #dead = new Map<string, number>();

  constructor(nights: readonly EarlierRun[]) {
    this.#nights = nights.length;
    for (const night of nights) {
      for (const site of night.sites) {
        // Its next attempt may have passed, so nobody knows if it failed.
        if (site.stoppedBy !== undefined) continue;
        if (isDead(site)) count(this.#dead, site.id);
        for (const check of site.checks) {
          const verdict = verdictOfCheck(check);
          const key = keyOf(site.id, check.title);
          if (isFailing(knownStanding(verdict, check.cause))) count(this.#notPassed, key);
          if (verdict === 'failed') count(this.#failed, key);
          if (verdict === 'failed' && check.cause === 'extension') count(this.#broken, key);
          if (isFailing(verdict) && mayBeOfBuild(check, site)) count(this.#perhapsBroken, key);
          if (verdict === 'flaky') count(this.#flaky, key);
          if (verdict === 'flaky' && check.cause === 'extension') count(this.#flakyByBuild, key);
        }
      }
    }
  }

  excuse(check: CheckVerdict, site: JudgedSite): string | undefined {
    const { siteId } = site;
    const key = keyOf(siteId, check.title);
    const isOfBuild = mayBeOfBuild(check, site);
    const failed = this.#knownAs(check, isOfBuild).get(key) ?? 0;
    if (failed > 0) return this.#text('failed', failed);
    const flaky = (isOfBuild ? this.#flakyByBuild : this.#flaky).get(key) ?? 0;
    if (check.flaky) return flaky > 0 ? this.#text('was flaky', flaky) : undefined;
    if (isOfBuild) return undefined;
    // It is chance which check first finds a site dead, and a check may be new.
    const dead = check.status === 'errored' && isDead(site) ? (this.#dead.get(siteId) ?? 0) : 0;
    return dead > 0 ? this.#text('the site could not be tried', dead) : undefined;
  }

  /** The nights that know such a failure. A site that was down did not show if its checks fail. */
  #knownAs({ status, cause }: CheckVerdict, isOfBuild: boolean): ReadonlyMap<string, number> {
    // That the page was broken before does not excuse a build that breaks it now, or may break it.
    if (cause === 'extension') return this.#broken;
    if (isOfBuild) return this.#perhapsBroken;
    return status === 'errored' ? this.#notPassed : this.#failed;
  }

  #text(what: string, times: number): string {
    return this.#nights === 1
      ? `${what} in the baseline too`
      : `${what} in ${times} of ${this.#nights} runs of the baseline too`;
  }
}

/** Is the build to blame, or may it be: undecided, and no load of the control failed? */
function mayBeOfBuild(
  { status, cause }: CheckVerdict,
  { attribution, arms }: Pick<JudgedSite, 'attribution' | 'arms'>,
): boolean {
  return cause === 'extension' || (attribution === 'undecided' && status === 'errored' && arms?.control.failed === 0);
}

/** The site errored, and the site itself is to blame. */
function isDead(site: Pick<JudgedSite, 'verdict' | 'cause'>): boolean {
  return site.verdict === 'errored' && site.cause === 'site';
}

function keyOf(siteId: string, title: string): string {
  // No id has a space in it.
  return `${siteId} ${title}`;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
