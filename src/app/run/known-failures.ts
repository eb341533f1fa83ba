import { resolve } from 'node:path';
import { chromeOf } from '../../core/chrome.ts';
import type { Undated } from '../../core/event.ts';
import { gateEvents, gateOf } from '../../core/gate.ts';
import type { KnownFailureOptions, PlanOptions } from '../../core/options.ts';
import type { RunState } from '../../core/run-state.ts';
import type { SiteVerdict } from '../../core/verdict.ts';
import {
  applyExpectations,
  expectationExcuser,
  expectationNotices,
  type ExpectationFacts,
} from '../../expectations/apply.ts';
import { dayOf } from '../../expectations/expectation.ts';
import type { ExpectationsFile } from '../../expectations/read.ts';
import { FailuresBefore } from '../../results/baseline.ts';
import { readBaseline } from '../../results/earlier-runs.ts';
import type { RunInput } from './input.ts';
import { refuseTogether } from './refuse-together.ts';

/** The failures that a run knows before it starts. */
export interface KnownFailures {
  readonly baseline?: FailuresBefore;
  /** The names of the browsers that the nights of the baseline had. */
  readonly baselineChromes?: ReadonlySet<string>;
  readonly expectations?: ExpectationsFile;
}

/**
 * Reads the baseline and the expectations. Call it before the results folder is cleared, because the baseline may be in
 * it. Throws one refusal with the mistakes of both.
 */
export async function readKnownFailures(
  options: KnownFailureOptions & Pick<PlanOptions, 'shard'>,
): Promise<KnownFailures> {
  const { cwd, baseline: folder, baselineNights, expectations: file, shard } = options;
  const [nights, expectations] = await refuseTogether(
    folder === undefined ? Promise.resolve(undefined) : readBaseline(resolve(cwd, folder), baselineNights, shard),
    file === undefined ? Promise.resolve(undefined) : readExpectationsOf(file, cwd),
  );
  return {
    ...(nights === undefined
      ? {}
      : { baseline: new FailuresBefore(nights), baselineChromes: new Set(nights.map(chromeOf)) }),
    ...(expectations === undefined ? {} : { expectations }),
  };
}

/** Loads the YAML parser only for a run that has expectations. */
async function readExpectationsOf(file: string, cwd: string): Promise<ExpectationsFile> {
  const { readExpectations } = await import('../../expectations/read.ts');
  return await readExpectations(file, cwd);
}

/** What expectations are checked against, but for the day. */
export type KnownFacts = Omit<ExpectationFacts, 'today'>;

/**
 * Collects the version of the extension, every site of the list and every check. The checks are left out if the run lacks
 * some of the suite.
 */
export function knownFacts(
  { list, plan, checksLeftOut }: Pick<RunInput, 'list' | 'plan' | 'checksLeftOut'>,
  extension: string | undefined,
): KnownFacts {
  const sites = new Set(list.sites.map((site) => site.id));
  const known = !checksLeftOut ? { sites, checks: new Set(plan.checks.map((check) => check.title)) } : { sites };
  return { known, extension };
}

/**
 * Decides whether the failure of a site counts for `maxFailures`: a known one does not. Make it after `run-started`,
 * which has the day.
 */
export function failureCounter(
  state: RunState,
  { baseline, expectations }: KnownFailures,
  facts: KnownFacts,
): (verdict: SiteVerdict) => boolean {
  const excuser = expectationExcuser(state, expectations?.expectations ?? [], dated(facts, state));
  return (verdict) => gateOf([verdict], { baseline, expectations: excuser })[0]?.counted === 'failed';
}

/** The events before `run-ended`: which failures are excused, and which expectations need attention. */
export function knownFailureEvents(
  state: RunState,
  { baseline, baselineChromes, expectations }: KnownFailures,
  facts: KnownFacts,
): Undated[] {
  const applied =
    expectations === undefined ? undefined : applyExpectations(state, expectations.expectations, dated(facts, state));
  const verdicts = [...state.sites()].map(({ verdict }) => verdict);
  return [
    ...otherChrome(baselineChromes, state),
    ...gateEvents(verdicts, { baseline, expectations: applied }),
    ...(applied === undefined ? [] : expectationNotices(applied, expectations?.name ?? '')),
  ];
}

/** A failure that only one browser has is no change of the site. */
function otherChrome(before: ReadonlySet<string> = new Set(), { started }: RunState): Undated[] {
  const now = chromeOf(started ?? {});
  const others = [...before].filter((name) => name !== now);
  if (others.length === 0) return [];
  const text = `the baseline had another browser (${others.join(' and ')}, now ${now}): a difference may be the browser's`;
  return [{ type: 'notice', level: 'warning', code: 'baseline.chrome', text }];
}

/** Adds the day on which the run started. It comes from the journal, so a run over midnight has one day. */
function dated(facts: KnownFacts, state: RunState): ExpectationFacts {
  return { ...facts, today: dayOf(state.started?.at ?? 0) };
}
