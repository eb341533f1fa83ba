import type { Undated } from './event.ts';
import { worstOf, type CheckExcuse, type CheckVerdict, type SiteVerdict, type Verdict } from './verdict.ts';

/** Something that knows of failures before they happen. */
export interface Excuser {
  /** Why this check of this site does not gate; undefined where it does. Asked of failed, errored and flaky checks only. */
  excuse(check: CheckVerdict, site: SiteVerdict): string | undefined;
}

export interface GateRules {
  readonly expectations?: Excuser | undefined;
  readonly baseline?: Excuser | undefined;
}

/** Whether a site counts for the exit code, and why its failures do not where they do not. */
export interface SiteGate {
  readonly siteId: string;
  /** Its verdict without the checks that are excused; `passed` where nothing else is left of it. */
  readonly counted: Verdict;
  readonly excused: readonly CheckExcuse[];
}

/**
 * Which failures count. An expectation is named before the baseline, because a person gave its reason. A check that was
 * not run is never excused: nobody knows what it would have said.
 */
export function gateOf(verdicts: Iterable<SiteVerdict>, rules: GateRules): SiteGate[] {
  return [...verdicts].map((verdict) => {
    const excused = verdict.checks.flatMap((check) => excuseOf(check, verdict, rules) ?? []);
    return { siteId: verdict.siteId, counted: countedVerdict(verdict, excused), excused };
  });
}

/** The events that put the excuses into the journal, for every site that has one. */
export function gateEvents(verdicts: Iterable<SiteVerdict>, rules: GateRules): Undated[] {
  if (rules.baseline === undefined && rules.expectations === undefined) return [];
  const gates = gateOf(verdicts, rules).filter((gate) => gate.excused.length > 0);
  return gates.map(({ siteId, excused }) => ({ type: 'site-excused', siteId, checks: excused }));
}

/** A site's verdict as the exit code counts it: without the checks that are excused. */
export function countedVerdict(verdict: SiteVerdict, excused: readonly CheckExcuse[]): Verdict {
  if (excused.length === 0) return verdict.verdict;
  const titles = new Set(excused.map(({ title }) => title));
  return worstOf(verdict.checks.filter((check) => !titles.has(check.title))) ?? 'passed';
}

function excuseOf(check: CheckVerdict, site: SiteVerdict, rules: GateRules): CheckExcuse | undefined {
  const { title, status, flaky } = check;
  if (status !== 'failed' && status !== 'errored' && !flaky) return undefined;
  const expected = rules.expectations?.excuse(check, site);
  if (expected !== undefined) return { title, by: 'expectation', text: expected };
  const known = rules.baseline?.excuse(check, site);
  return known === undefined ? undefined : { title, by: 'baseline', text: known };
}
