import { resolve } from 'node:path';
import type { Undated } from '../../core/event.ts';
import { gateEvents, gateOf } from '../../core/gate.ts';
import type { KnownFailureOptions, RunOptions } from '../../core/options.ts';
import type { RunState } from '../../core/run-state.ts';
import type { SiteVerdict } from '../../core/verdict.ts';
import {
  applyExpectations,
  expectationExcuser,
  expectationNotices,
  type ExpectationFacts,
} from '../../expectations/apply.ts';
import { dayOf } from '../../expectations/expectation.ts';
import { readExpectations, type ExpectationsFile } from '../../expectations/read.ts';
import { FailuresBefore } from '../../results/baseline.ts';
import { readBaseline } from '../../results/earlier-runs.ts';
import { refuseTogether } from './refuse-together.ts';
import type { EquippedGrid } from './extension.ts';
import type { RunPlan } from './plan.ts';
import type { SiteList } from '../../sites/read.ts';

/** What a run knows of failures before it starts. */
export interface KnownFailures {
  readonly baseline?: FailuresBefore;
  readonly expectations?: ExpectationsFile;
}

/** Reads the baseline and the expectations. Throws a refusal with the mistakes of both. To be called before the results folder is cleared: the baseline may lie there. */
export async function readKnownFailures(options: KnownFailureOptions): Promise<KnownFailures> {
  const { cwd, baseline: folder, baselineNights, expectations: file } = options;
  const [nights, expectations] = await refuseTogether(
    folder === undefined ? Promise.resolve(undefined) : readBaseline(resolve(cwd, folder), baselineNights),
    file === undefined ? Promise.resolve(undefined) : readExpectations(file, cwd),
  );
  return {
    ...(nights === undefined ? {} : { baseline: new FailuresBefore(nights) }),
    ...(expectations === undefined ? {} : { expectations }),
  };
}

type KnownFacts = Omit<ExpectationFacts, 'today'>;

/** What expectations are held against: the version of the extension, every site of the list, and the checks where none was left out. */
export function knownFacts(
  options: RunOptions,
  list: SiteList,
  plan: RunPlan,
  withExtension: EquippedGrid | undefined,
): KnownFacts {
  const { grep, grepInvert, tags } = options.selection;
  const isWhole = grep === undefined && grepInvert === undefined && tags.length === 0;
  const sites = new Set(list.sites.map((site) => site.id));
  const known = isWhole ? { sites, checks: new Set(plan.checks.map((check) => check.title)) } : { sites };
  return { known, ...(withExtension === undefined ? {} : { extension: withExtension.facts.version }) };
}

/** Tells of a site that was just judged whether its failure is news; what is known does not stop a run. To be made once the run has started. */
export function failureCounter(
  state: RunState,
  { baseline, expectations }: KnownFailures,
  facts: KnownFacts,
): (verdict: SiteVerdict) => boolean {
  const excuser = expectationExcuser(state, expectations?.expectations ?? [], dated(facts, state));
  return (verdict) => gateOf([verdict], { baseline, expectations: excuser })[0]?.counted === 'failed';
}

/** The events that say what does not gate and what is to be known of the expectations; the last but `run-ended`. */
export function knownFailureEvents(
  state: RunState,
  { baseline, expectations }: KnownFailures,
  facts: KnownFacts,
): Undated[] {
  const applied =
    expectations === undefined ? undefined : applyExpectations(state, expectations.expectations, dated(facts, state));
  const verdicts = [...state.sites()].map(({ verdict }) => verdict);
  return [
    ...gateEvents(verdicts, { baseline, expectations: applied }),
    ...(applied === undefined ? [] : expectationNotices(applied, expectations?.name ?? '')),
  ];
}

/** With the day on which the run started: it is in the journal, and a run over midnight has one. */
function dated(facts: KnownFacts, state: RunState): ExpectationFacts {
  return { ...facts, today: dayOf(state.started?.at ?? 0) };
}
