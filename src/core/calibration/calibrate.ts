import { after, meanRate, NO_LOADS, type Loads, type RatePrior } from '../attribution/failure-rates.ts';
import { ListRates } from '../attribution/list-rates.ts';
import type { RunState } from '../run-state.ts';
import { sum } from './loads-sum.ts';
import { tryBudgets, type BudgetTrial } from './try-budgets.ts';

/** What a run with the same build in both arms says about its list. Nothing in it is the build's doing. */
export interface Calibration {
  /** The sites that both arms have tried, and all loads of them. */
  readonly siteCount: number;
  readonly loadCount: number;
  /** The share of first loads that failed, over both arms, of the sites with a load that passed. */
  readonly noise: number;
  /** The sites by how often their loads failed: never, now and then, often, each time. */
  readonly groups: readonly NoiseGroup[];
  /** The same for the sites of each tag of the list. */
  readonly tags: readonly NoiseGroup[];
  /** Sites whose loads all failed: they are down, or the build breaks them. */
  readonly neverPassed: readonly string[];
  /** Sites that were blamed on the build, though both arms had the same. */
  readonly blamed: { readonly broken: readonly string[]; readonly suspect: readonly string[] };
  /** Sites that fail so often that they cost more than they say, the worst first. */
  readonly quarantine: readonly NoisySite[];
  /** What different budgets would cost and find on this list, the smallest first. */
  readonly budgets: readonly BudgetTrial[];
  /** The smallest budget with which nearly all is found that a larger one finds. Undefined without a site. */
  readonly neededBudget?: number;
}

/** Sites that are alike, and how often their loads failed. */
export interface NoiseGroup {
  readonly name: string;
  readonly siteCount: number;
  readonly loads: Loads;
}

export interface NoisySite {
  readonly siteId: string;
  readonly loads: Loads;
}

/** One site with the loads of both arms: they had the same build. */
export interface CalibratedSite {
  readonly siteId: string;
  readonly tags: readonly string[];
  readonly loads: Loads;
  /** How many of its two first loads, one in each arm, failed. */
  readonly firstFailed: number;
}

/** From this share of failing loads on, a site fails often. */
const OFTEN = 0.2;
/** A site is worth quarantining if its failure rate, as estimated from all its loads, is at least this. */
const QUARANTINE_RATE = 0.15;
/** A budget is enough if no larger one finds more than this share of broken sites in addition. */
const MAX_LESS_FOUND = 0.02;
/** A budget is enough if no other one blames fewer sites by mistake, by more than this share. */
const MAX_MORE_BLAMED = 0.001;

/** Folds a run that had the same build in both arms and tried every site with both. */
export function calibrate(state: RunState): Calibration {
  const sites = calibratedSites(state);
  const prior = ratesOf(sites);
  const own = (loads: Loads): RatePrior => after(prior, loads);
  const budgets = tryBudgets({
    sites: sites.map(({ loads }) => own(loads)),
    list: prior,
    titles: state.checks.map(({ title }) => title),
  });
  const needed = neededBudget(budgets);
  const passing = sites.filter(({ loads }) => !neverPasses(loads));
  return {
    siteCount: sites.length,
    loadCount: sum(sites.map(({ loads }) => loads)).all,
    noise: passing.reduce((total, { firstFailed }) => total + firstFailed, 0) / Math.max(1, 2 * passing.length),
    groups: ['never', 'now and then', 'often', 'each time'].map((name) =>
      groupOf(
        name,
        sites.filter(({ loads }) => frequencyOf(loads) === name),
      ),
    ),
    tags: [...new Set(sites.flatMap(({ tags }) => tags))].toSorted().map((tag) =>
      groupOf(
        tag,
        sites.filter(({ tags }) => tags.includes(tag)),
      ),
    ),
    neverPassed: sites.filter(({ loads }) => neverPasses(loads)).map(({ siteId }) => siteId),
    blamed: { broken: blamedAs(state, 'broken'), suspect: blamedAs(state, 'suspect') },
    quarantine: passing
      .filter(({ loads }) => loads.failed > 0 && meanRate(own(loads)) >= QUARANTINE_RATE)
      .map(({ siteId, loads }) => ({ siteId, loads }))
      .toSorted((a, b) => meanRate(own(b.loads)) - meanRate(own(a.loads)) || a.siteId.localeCompare(b.siteId, 'en')),
    budgets,
    ...(needed === undefined ? {} : { neededBudget: needed }),
  };
}

function calibratedSites(state: RunState): CalibratedSite[] {
  return [...state.sites()].flatMap(({ site, verdict }): CalibratedSite[] => {
    const { arms } = verdict;
    if (arms === undefined) return [];
    const { subjectOnly, controlOnly, both, all } = arms.pairs;
    const firstFailed = subjectOnly + controlOnly + 2 * both;
    // Without an answer nothing failed with the build, and the first pair says what did without it.
    const isAnswered = verdict.attribution !== undefined;
    const loads = isAnswered ? sum([arms.subject, arms.control]) : { failed: firstFailed, all: 2 * all };
    return [{ siteId: site.id, tags: site.tags ?? [], loads, firstFailed }];
  });
}

/** How often checks of this list fail by themselves. */
function ratesOf(sites: readonly CalibratedSite[]): RatePrior {
  const rates = new ListRates();
  for (const { loads } of sites) if (loads.all > 0) rates.update(undefined, loads);
  return rates.prior;
}

function neverPasses({ failed, all }: Loads): boolean {
  return all > 0 && failed === all;
}

function frequencyOf({ failed, all }: Loads): string {
  if (failed === 0) return 'never';
  if (failed === all) return 'each time';
  return failed / all < OFTEN ? 'now and then' : 'often';
}

function groupOf(name: string, sites: readonly CalibratedSite[]): NoiseGroup {
  return { name, siteCount: sites.length, loads: sites.length === 0 ? NO_LOADS : sum(sites.map(({ loads }) => loads)) };
}

function blamedAs(state: RunState, word: 'broken' | 'suspect'): string[] {
  return [...state.sites()].flatMap(({ site, verdict }) => (verdict.attribution === word ? site.id : []));
}

function neededBudget(budgets: readonly BudgetTrial[]): number | undefined {
  const fewest = Math.min(...budgets.map(({ wronglyBlamed }) => wronglyBlamed));
  const fair = budgets.filter(({ wronglyBlamed }) => wronglyBlamed <= fewest + MAX_MORE_BLAMED);
  const best = Math.max(...fair.map(({ foundBroken }) => foundBroken));
  return fair.find(({ foundBroken }) => foundBroken >= best - MAX_LESS_FOUND)?.budget;
}
