import type { Arm, Attempt, CheckResult } from '../../src/core/attempt.ts';
import type { Loads } from '../../src/core/attribution/failure-rates.ts';
import { ListRates } from '../../src/core/attribution/list-rates.ts';
import { testOfHistory, testOfPairs, type HistoryGroup } from '../../src/core/attribution/list-test.ts';
import { ownLoadsByTitle } from '../../src/core/attribution/own-loads.ts';
import { makeFault } from '../../src/core/fault.ts';
import type { SiteVerdict } from '../../src/core/verdict.ts';
import { controlOf, firstArm } from '../../src/dispatch/first-arm.ts';
import { Incidents } from '../../src/dispatch/incidents.ts';
import { plannedRetry } from '../../src/dispatch/next-attempt.ts';
import { SiteProgress } from '../../src/dispatch/site-progress.ts';
import { sitesBetween } from '../../src/dispatch/spread.ts';
import { randomFrom } from '../../test/support/random.ts';
import { LIST, type NoisySite } from './list.ts';

/** One night of a run with a control. */
export interface NightPlan {
  readonly seed: number;
  readonly checkCount: number;
  /** How many earlier nights the history has. */
  readonly historyNights: number;
  /** How much of what passes without the build it makes fail on a site, from 0 to 1. */
  readonly effect: (siteId: string) => number;
  /** Trouble that depends on the hour and the node: how much of what passes it makes fail. */
  readonly trouble?: (at: number, node: number) => number;
  readonly nodeCount?: number;
  /** As `--control-sample`, from 0 to 1. */
  readonly controlSample?: number;
}

export interface Night {
  readonly verdicts: readonly SiteVerdict[];
  /** Attempts beyond one for each site, as a share of the sites. */
  readonly extra: number;
  /** p of the whole list: by the pairs, and by the history. */
  readonly pOfPairs: number;
  readonly pOfHistory: number | undefined;
}

/** A site that waits for a load. */
interface WaitingLoad {
  readonly site: NoisySite;
  readonly progress: SiteProgress;
  /** In how many earlier nights something failed. */
  readonly anyFailed: number;
  /** When, in ms of the night. */
  readonly at: number;
  readonly arm: Arm;
  readonly avoidNodes: readonly string[];
}

const CONTROL_BUDGET = 12;
const SPREAD = { controlBudget: CONTROL_BUDGET, controlWaitMs: 0 };
/** So many sessions go through the list in an hour. */
const SESSIONS = 2;
/** A night takes an hour. */
const NIGHT_MS = 3_600_000;
const LOAD_MS = 5_000;
const FAULT = makeFault('check.failed', 'no');

/** Runs the list as the dispatcher does, with the real rules and without browsers. */
export function night(plan: NightPlan): Night {
  const { seed, checkCount, historyNights, controlSample = 0 } = plan;
  const sampling = { run: `${seed}`, control: 'on-failure', controlSample } as const;
  const random = randomFrom(seed);
  const titles = Array.from({ length: checkCount }, (_, index) => `check ${index}`);
  const listRates = new ListRates();
  const incidents = new Incidents();
  const firstLoads: HistoryGroup[] = [];
  let loadCount = 0;
  const runs = LIST.map((site, index): WaitingLoad => {
    const { earlier, anyFailed } = history(site, titles, historyNights, random);
    const entry = { id: site.id, url: `https://${site.id}.example/` };
    const progress = new SiteProgress(entry, titles, {
      budget: { checkRetries: 0, infraRetries: 2 },
      arms: { control: controlOf(sampling, entry), budget: CONTROL_BUDGET, once: false },
      knowledge: () => ({ earlier: historyNights > 0 ? earlier : undefined, list: listRates.prior }),
      atMost: (attempts) => incidents.atMost(attempts),
      mayLoad: () => true,
    });
    return {
      site,
      progress,
      anyFailed,
      at: (index / LIST.length) * NIGHT_MS,
      arm: firstArm(sampling, entry),
      avoidNodes: [],
    };
  });
  const verdicts: SiteVerdict[] = [];
  // The list is gone through once. What fails is tried again in what is left of the night.
  let waitingCount = runs.length;
  const comparedIds = new Set<string>();
  while (runs.length > 0) {
    const run = runs.shift()!;
    const { site, progress, at, arm, anyFailed, avoidNodes } = run;
    const before = progress.attempts;
    const attempt = load({ plan, site, titles, arm, at, random, avoidNodes, number: before.length + 1 });
    progress.add(attempt);
    loadCount++;
    if (before.length === 0) {
      waitingCount--;
      firstLoads.push({
        siteCount: 1,
        failedCount: attempt.checks.some(({ status }) => status === 'failed') ? 1 : 0,
        earlier: { failed: anyFailed, all: historyNights },
      });
    }
    const known = ownLoadsByTitle(titles, before);
    for (const [title, own] of ownLoadsByTitle(titles, progress.attempts)) listRates.update(known.get(title), own);
    incidents.ended(progress.attempts, false);
    const step = progress.next();
    if (step === 'judge') {
      verdicts.push(progress.judge());
      continue;
    }
    const { avoidNodes: avoided, compared } = plannedRetry(progress, step, SPREAD);
    if (compared !== undefined) comparedIds.add(site.id);
    const failRate = comparedIds.size / (LIST.length - waitingCount);
    const spread = { waitingCount, sessions: SESSIONS, weight: 1, failRate };
    const between = compared === undefined ? 0 : sitesBetween({ ...compared, ...spread });
    const later = at + LOAD_MS + (between / LIST.length) * NIGHT_MS;
    const place = runs.findLastIndex((other) => other.at <= later) + 1;
    runs.splice(place, 0, { ...run, arm: step.arm, avoidNodes: avoided, at: later });
  }
  return {
    verdicts,
    extra: loadCount / LIST.length - 1,
    pOfPairs: testOfPairs(verdicts.flatMap(({ arms }) => arms?.pairs ?? [])).p,
    pOfHistory: historyNights > 0 ? testOfHistory(firstLoads).p : undefined,
  };
}

function history(
  { rate }: NoisySite,
  titles: readonly string[],
  nights: number,
  random: () => number,
): { earlier: Map<string, Loads>; anyFailed: number } {
  const counts = titles.map(() => 0);
  let anyFailed = 0;
  for (let index = 0; index < nights; index++) {
    let any = false;
    for (const place of counts.keys())
      if (random() < rate) {
        counts[place]!++;
        any = true;
      }
    if (any) anyFailed++;
  }
  return {
    earlier: new Map(titles.map((title, place) => [title, { failed: counts[place]!, all: nights }])),
    anyFailed,
  };
}

interface LoadOrder {
  readonly plan: NightPlan;
  readonly site: NoisySite;
  readonly titles: readonly string[];
  readonly arm: Arm;
  readonly at: number;
  readonly random: () => number;
  readonly avoidNodes: readonly string[];
  readonly number: number;
}

function load({ plan, site, titles, arm, at, random, avoidNodes, number }: LoadOrder): Attempt {
  const nodes = Array.from({ length: plan.nodeCount ?? 4 }, (_, index) => index);
  const others = nodes.filter((index) => !avoidNodes.includes(`node-${index}`));
  const free = others.length > 0 ? others : nodes;
  const node = free[Math.floor(random() * free.length)]!;
  const meetsTrouble = random() < (plan.trouble?.(at, node) ?? 0);
  const checks = titles.map((title, index): CheckResult => {
    const byBuild = arm === 'subject' && index === 0 && random() < plan.effect(site.id);
    const failed = meetsTrouble || byBuild || random() < site.rate;
    return failed
      ? { title, status: 'failed', durationMs: 1, fault: FAULT }
      : { title, status: 'passed', durationMs: 1 };
  });
  return {
    siteId: site.id,
    attempt: number,
    arm,
    ending: 'completed',
    node: `node-${node}`,
    startedAt: at,
    durationMs: LOAD_MS,
    checks,
  };
}
