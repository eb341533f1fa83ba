import type { Undated } from '../core/event.ts';
import type { Excuser } from '../core/gate.ts';
import type { RunState, SiteState } from '../core/run-state.ts';
import { isFailing, verdictOfCheck, type CheckVerdict } from '../core/verdict.ts';
import { isInRange, subjectOf, type Expectation } from './expectation.ts';

/** What the conditions of expectations are checked against. */
export interface ExpectationFacts {
  /** `YYYY-MM-DD`, in UTC. */
  readonly today: string;
  /** The version of the extension under test, if there is one. */
  readonly extension?: string | undefined;
  /** All sites and checks, if they are known. An expectation of another site or check is reported. */
  readonly known?: { readonly sites?: ReadonlySet<string>; readonly checks?: ReadonlySet<string> };
}

/** The expectations of a run, sorted by what the run showed. */
export interface AppliedExpectations extends Excuser {
  /** The site, or the named check of it, passed. */
  readonly passed: readonly Expectation[];
  /** It still fails, but the last day is over, so the failure counts again. */
  readonly expired: readonly Expectation[];
  /** The site or the check does not exist. */
  readonly unknown: readonly Expectation[];
}

/** Compares the verdicts of a run with its expectations. Pure: the day comes from `facts`. */
export function applyExpectations(
  state: RunState,
  expectations: readonly Expectation[],
  facts: ExpectationFacts,
): AppliedExpectations {
  const passed: Expectation[] = [];
  const expired: Expectation[] = [];
  for (const expectation of expectations) {
    const entry = state.site(expectation.site);
    const covered = entry === undefined ? [] : coveredChecks(expectation, entry, state, facts);
    if (isOver(expectation, covered, state)) passed.push(expectation);
    else if (expectation.until < facts.today && covered.some(({ status }) => isFailing(status)))
      expired.push(expectation);
  }
  return {
    passed,
    expired,
    unknown: expectations.filter((expectation) => isUnknown(expectation, facts)),
    ...expectationExcuser(state, expectations, facts),
  };
}

/** Excuses the checks that are expected to fail, by the verdicts so far. */
export function expectationExcuser(
  state: RunState,
  expectations: readonly Expectation[],
  facts: ExpectationFacts,
): Excuser {
  const bySite = Map.groupBy(expectations, ({ site }) => site);
  return {
    excuse: (check, { siteId }) => {
      const entry = state.site(siteId);
      if (entry === undefined) return undefined;
      const holding = bySite
        .get(siteId)
        ?.find(
          (expectation) =>
            expectation.until >= facts.today &&
            coveredChecks(expectation, entry, state, facts).some(({ title }) => title === check.title),
        );
      return holding === undefined ? undefined : `${holding.reason} (${holding.owner}, until ${holding.until})`;
    },
  };
}

/** Notices about expectations that need attention. The first line of each can stand alone. */
export function expectationNotices(applied: AppliedExpectations, file: string): Undated[] {
  const kinds = [
    {
      code: 'expectations.passed' as const,
      list: applied.passed,
      text: 'expected to fail, but passed',
      todo: `remove it from ${file}: gridrun expectations update`,
    },
    {
      code: 'expectations.expired' as const,
      list: applied.expired,
      text: 'still fails, but its last day is over, so it counts again',
      todo: 'fix it, or set a later day',
    },
    {
      code: 'expectations.unknown' as const,
      list: applied.unknown,
      text: `in ${file}, but not in the list or the suite`,
      todo: 'correct or remove it',
    },
  ];
  return kinds
    .filter(({ list }) => list.length > 0)
    .map(({ code, list, text, todo }) => {
      const shown = list.slice(0, 5).map(subjectOf).join(', ');
      const more = list.length > 5 ? `, … (${list.length} in all)` : '';
      const all = list.map((one) => `${subjectOf(one)}: ${one.reason} (${one.owner}, until ${one.until})`);
      return { type: 'notice', level: 'warning', code, text: [`${text}: ${shown}${more}; ${todo}`, ...all].join('\n') };
    });
}

/** The checks of a site that an expectation applies to, on any day. */
export function coveredChecks(
  expectation: Expectation,
  entry: SiteState,
  state: RunState,
  facts: ExpectationFacts,
): CheckVerdict[] {
  const { site, check, when } = expectation;
  if (site !== entry.site.id) return [];
  const { extension, browser, tag } = when ?? {};
  if (extension !== undefined && !isInRange(facts.extension, extension)) return [];
  if (browser !== undefined && !isInRange(entry.session?.opened.browserVersion, browser)) return [];
  const isAbout = ({ title }: CheckVerdict): boolean => check === undefined || check === title;
  const hasTag = ({ title }: CheckVerdict): boolean => tag === undefined || tagsOf(entry, title, state).includes(tag);
  return entry.verdict.checks.filter((one) => isAbout(one) && hasTag(one));
}

/** The tags of a site and of one of its checks. */
function tagsOf({ site }: SiteState, title: string, state: RunState): readonly string[] {
  const planned = state.checks.find((check) => check.title === title);
  return [...(site.tags ?? []), ...(planned?.tags ?? [])];
}

/** Did all that an expectation is about pass? Of a whole site, a run without some of its checks cannot say it. */
export function isOver({ check }: Expectation, covered: readonly CheckVerdict[], { started }: RunState): boolean {
  if (check === undefined && started?.checksLeftOut === true) return false;
  return covered.length > 0 && covered.every(isPlainlyPassed);
}

/** Whether a check passed without being flaky: a flaky check failed, too. */
function isPlainlyPassed(check: CheckVerdict): boolean {
  return verdictOfCheck(check) === 'passed';
}

function isUnknown({ site, check }: Expectation, { known }: ExpectationFacts): boolean {
  return known?.sites?.has(site) === false || (check !== undefined && known?.checks?.has(check) === false);
}
