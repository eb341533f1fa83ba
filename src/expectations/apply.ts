import type { Undated } from '../core/event.ts';
import type { Excuser } from '../core/gate.ts';
import type { RunState, SiteState } from '../core/run-state.ts';
import { isFailing, verdictOfCheck, type CheckVerdict } from '../core/verdict.ts';
import { isInRange, subjectOf, type Expectation } from './expectation.ts';

/** What conditions are held against. */
export interface ExpectationFacts {
  /** `YYYY-MM-DD`, in UTC. */
  readonly today: string;
  /** The version of the extension under test; none where there is none. */
  readonly extension?: string | undefined;
  /** What the whole list and the whole suite hold, where that is known; what is in neither is reported. */
  readonly known?: { readonly sites?: ReadonlySet<string>; readonly checks?: ReadonlySet<string> };
}

/** What came of a run's expectations. */
export interface AppliedExpectations extends Excuser {
  /** Failures that did not come: the site, or the named check of it, passed. */
  readonly passed: readonly Expectation[];
  /** Those whose failure is still there, but whose last day is over: it gates again. */
  readonly expired: readonly Expectation[];
  /** Those of a site or a check that does not exist. */
  readonly unknown: readonly Expectation[];
}

/** Holds the verdicts of a run against its expectations. Pure: the day is given. */
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
    if (covered.length > 0 && covered.every(isPlainlyPassed)) passed.push(expectation);
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

/** What excuses a check, from the verdicts as far as they are known. */
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

/** What a person should know of the expectations themselves, for the journal. The first line of each stands alone. */
export function expectationNotices(applied: AppliedExpectations, file: string): Undated[] {
  const kinds = [
    {
      code: 'expectations.passed' as const,
      list: applied.passed,
      text: 'expected to fail and passed',
      todo: `take it out of ${file}: gridrun expectations update`,
    },
    {
      code: 'expectations.expired' as const,
      list: applied.expired,
      text: 'expected to fail until a day that is over, and gates again',
      todo: 'mend it, or give it another day',
    },
    {
      code: 'expectations.unknown' as const,
      list: applied.unknown,
      text: `in ${file}, but neither in the list nor in the suite`,
      todo: 'correct it or take it out',
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

/** The checks of a site that an expectation is about, whatever the day. */
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

/** Whether a check passed without being flaky: a flaky check failed, too. */
export function isPlainlyPassed(check: CheckVerdict): boolean {
  return verdictOfCheck(check) === 'passed';
}

function isUnknown({ site, check }: Expectation, { known }: ExpectationFacts): boolean {
  return known?.sites?.has(site) === false || (check !== undefined && known?.checks?.has(check) === false);
}
