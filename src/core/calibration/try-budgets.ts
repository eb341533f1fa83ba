import type { Arm, Attempt, CheckResult } from '../attempt.ts';
import type { Knowledge } from '../attribution/evidence.ts';
import { RATES, type RatePrior } from '../attribution/failure-rates.ts';
import { nextArm } from '../attribution/next-arm.ts';
import { makeFault } from '../fault.ts';
import { judge } from '../judge.ts';
import { randomFrom } from '../random.ts';
import type { SiteVerdict } from '../verdict.ts';

/** What a budget of loads for each failing site would cost and find. */
export interface BudgetTrial {
  /** As `--control-budget`. */
  readonly budget: number;
  /** The loads that an innocent build would add, as a share of the sites. */
  readonly moreLoads: number;
  /** The share of sites that an innocent build would be blamed for, as broken or suspect. */
  readonly wronglyBlamed: number;
  /** The share of sites that would be broken or suspect, if a build broke them for good. */
  readonly foundBroken: number;
  /** The same for a build that breaks three loads in ten. */
  readonly foundNowAndThen: number;
}

/** The list whose nights are simulated. */
export interface TrialList {
  /** How likely each rate of failing is, for each site. */
  readonly sites: readonly RatePrior[];
  /** The same for a site without a history. */
  readonly list: RatePrior;
  readonly titles: readonly string[];
}

const BUDGETS = [6, 8, 12, 16, 24] as const;
/** Enough to know a share to about 3 %. More would take long. */
const MAX_TRIED = 200;
/** With an innocent build nearly all sites pass at once, so more can be tried. */
const MAX_INNOCENT = 2000;
const SEED = 1;
const NOW_AND_THEN = 0.3;
const FAULT = makeFault('check.failed', 'simulated');

/** Simulates nights with the real rules of a run. The same list gives the same answer. */
export function tryBudgets(list: TrialList): BudgetTrial[] {
  if (list.sites.length === 0 || list.titles.length === 0) return [];
  return BUDGETS.map((budget) => {
    const innocent = tryAll(list, budget, 0);
    return {
      budget,
      moreLoads: mean(innocent.map(({ attempts }) => attempts - 1)),
      wronglyBlamed: blamed(innocent),
      foundBroken: blamed(tryAll(list, budget, 1)),
      foundNowAndThen: blamed(tryAll(list, budget, NOW_AND_THEN)),
    };
  });
}

/** One night. `effect` is how much of what passes by itself the build makes fail. */
function tryAll({ sites, list, titles }: TrialList, budget: number, effect: number): SiteVerdict[] {
  const random = randomFrom(SEED);
  const max = effect === 0 ? MAX_INNOCENT : MAX_TRIED;
  const step = Math.max(1, sites.length / max);
  const tried = Array.from({ length: Math.min(sites.length, max) }, (_, index) => sites[Math.floor(index * step)]!);
  return tried.map((prior) => trySite({ rate: drawn(prior, random()), effect, titles, budget, list }, random));
}

interface SiteTrial {
  readonly rate: number;
  readonly effect: number;
  readonly titles: readonly string[];
  readonly budget: number;
  readonly list: RatePrior;
}

/** Tries one site until the rules of a run judge it. Only its first check ever fails. */
function trySite({ rate, effect, titles, budget, list }: SiteTrial, random: () => number): SiteVerdict {
  const knowledge: Knowledge = { list };
  const rules = { control: 'on-failure', budget, once: false } as const;
  const attempts: Attempt[] = [];
  for (let arm: Arm | 'done' = 'subject'; arm !== 'done'; arm = nextArm(titles, attempts, knowledge, rules)) {
    const failed = random() < rate || (arm === 'subject' && random() < effect);
    const checks = titles.map((title, index) => result(title, failed && index === 0));
    const facts = { ending: 'completed', startedAt: 0, durationMs: 0, checks } as const;
    attempts.push({ siteId: 'simulated', attempt: attempts.length + 1, arm, ...facts });
  }
  return judge({ siteId: 'simulated', planned: titles, attempts, knowledge });
}

function result(title: string, failed: boolean): CheckResult {
  return failed ? { title, status: 'failed', durationMs: 0, fault: FAULT } : { title, status: 'passed', durationMs: 0 };
}

/** The rate at which the weights up to it add up to `share`. */
function drawn(prior: RatePrior, share: number): number {
  let reached = 0;
  const place = prior.findIndex((weight) => (reached += weight) >= share);
  return RATES[place < 0 ? RATES.length - 1 : place]!;
}

function blamed(verdicts: readonly SiteVerdict[]): number {
  return mean(verdicts.map(({ attribution }) => (attribution === 'broken' || attribution === 'suspect' ? 1 : 0)));
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0) / numbers.length;
}
