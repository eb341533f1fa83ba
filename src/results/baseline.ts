import { isFailing, knownStanding } from '../core/comparison.ts';
import type { Excuser } from '../core/gate.ts';
import { verdictOfCheck, type CheckVerdict, type SiteVerdict } from '../core/verdict.ts';
import type { EarlierRun } from './earlier-runs.ts';

/** What failed in earlier runs: it is known, and does not gate. */
export class FailuresBefore implements Excuser {
  readonly #nights: number;
  /** By site and check: in how many nights it failed or could not be told, the grid's own faults aside. */
  readonly #failed = new Map<string, number>();
  readonly #flaky = new Map<string, number>();
  /** By site: in how many nights it could not be told at all, because of the site itself. */
  readonly #dead = new Map<string, number>();

  constructor(nights: readonly EarlierRun[]) {
    this.#nights = nights.length;
    for (const night of nights) {
      for (const site of night.sites) {
        if (isDead(site)) count(this.#dead, site.id);
        for (const check of site.checks) {
          const verdict = verdictOfCheck(check);
          if (isFailing(knownStanding(verdict, check.cause))) count(this.#failed, keyOf(site.id, check.title));
          if (verdict === 'flaky') count(this.#flaky, keyOf(site.id, check.title));
        }
      }
    }
  }

  excuse(
    check: CheckVerdict,
    site: Pick<SiteVerdict, 'verdict' | 'cause'> & ({ readonly siteId: string } | { readonly id: string }),
  ): string | undefined {
    const siteId = 'siteId' in site ? site.siteId : site.id;
    const key = keyOf(siteId, check.title);
    const failed = this.#failed.get(key) ?? 0;
    if (failed > 0) return this.#text('failed', failed);
    const flaky = this.#flaky.get(key) ?? 0;
    if (check.flaky) return flaky > 0 ? this.#text('was flaky', flaky) : undefined;
    // Which of its checks a dead site is first found dead by is chance; a check of it may also be new.
    const dead = check.status === 'errored' && isDead(site) ? (this.#dead.get(siteId) ?? 0) : 0;
    return dead > 0 ? this.#text('the site could not be tried', dead) : undefined;
  }

  #text(what: string, times: number): string {
    return this.#nights === 1
      ? `${what} in the baseline too`
      : `${what} in ${times} of ${this.#nights} runs of the baseline too`;
  }
}

/** Nothing could be told of it, and the site itself is to blame. */
function isDead(site: Pick<SiteVerdict, 'verdict' | 'cause'>): boolean {
  return site.verdict === 'errored' && site.cause === 'site';
}

function keyOf(siteId: string, title: string): string {
  // No id has a space in it.
  return `${siteId} ${title}`;
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
