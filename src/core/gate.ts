import type { Undated } from './event.ts';
import type { Cause } from './fault.ts';
import {
  needsAttention,
  verdictOfCheck,
  worstOf,
  type CheckExcuse,
  type CheckVerdict,
  type SiteVerdict,
  type Verdict,
} from './verdict.ts';

/** What an excuser needs to know of a site. */
export interface JudgedSite {
  readonly siteId: string;
  readonly verdict: Verdict;
  readonly cause?: Cause | undefined;
  readonly attribution?: SiteVerdict['attribution'] | undefined;
  readonly arms?: SiteVerdict['arms'] | undefined;
}

/** Something that knows of failures in advance. */
export interface Excuser {
  /** Why this check of this site does not gate; undefined if it does. Called for failed, errored and flaky checks only. */
  excuse(check: CheckVerdict, site: JudgedSite): string | undefined;
}

export interface GateRules {
  readonly expectations?: Excuser | undefined;
  readonly baseline?: Excuser | undefined;
}

/** How a site counts for the exit code, and which of its checks are excused. */
export interface SiteGate {
  readonly siteId: string;
  /** Its verdict without the excused checks; `passed` if no other check is left. */
  readonly counted: Verdict;
  readonly excused: readonly CheckExcuse[];
}

/**
 * Decides which failures count. An expectation comes before the baseline, because a person gave its reason. A not-run
 * check is never excused: nobody knows whether it would have failed.
 */
export function gateOf(verdicts: Iterable<SiteVerdict>, rules: GateRules): SiteGate[] {
  return [...verdicts].map((verdict) => {
    const excused = verdict.checks.flatMap((check) => excuseOf(check, verdict, rules) ?? []);
    return { siteId: verdict.siteId, counted: countedVerdict(verdict, excused), excused };
  });
}

/** The events that record the excuses in the journal, one for each site that has any. */
export function gateEvents(verdicts: Iterable<SiteVerdict>, rules: GateRules): Undated[] {
  if (rules.baseline === undefined && rules.expectations === undefined) return [];
  const gates = gateOf(verdicts, rules).filter((gate) => gate.excused.length > 0);
  return gates.map(({ siteId, excused }) => ({ type: 'site-excused', siteId, checks: excused }));
}

/** A site's verdict as the exit code counts it: without the excused checks. */
export function countedVerdict(verdict: SiteVerdict, excused: readonly CheckExcuse[]): Verdict {
  if (excused.length === 0) return verdict.verdict;
  const titles = new Set(excused.map(({ title }) => title));
  return worstOf(verdict.checks.filter((check) => !titles.has(check.title))) ?? 'passed';
}

function excuseOf(check: CheckVerdict, site: SiteVerdict, rules: GateRules): CheckExcuse | undefined {
  const { title } = check;
  if (!needsAttention(verdictOfCheck(check))) return undefined;
  const expected = rules.expectations?.excuse(check, site);
  if (expected !== undefined) return { title, by: 'expectation', text: expected };
  const known = rules.baseline?.excuse(check, site);
  return known === undefined ? undefined : { title, by: 'baseline', text: known };
}
