import {
  changeOf,
  changeOfPassing,
  CHANGE_TEXTS,
  knownStanding,
  type Change,
  type CheckChange,
  type ComparedRun,
  type Comparison,
  type MissingSites,
  type SiteChange,
} from '../core/comparison.ts';
import { isIncomplete } from '../core/outcome.ts';
import { isFailing, verdictOfCheck, type CheckVerdict } from '../core/verdict.ts';
import { FailuresBefore } from './baseline.ts';
import type { EarlierRun } from './earlier-runs.ts';
import type { SiteResult } from './results-json.ts';

/**
 * Compares a run with earlier ones. The newest of them decides what changed. A failure that any of them had is not
 * new, so a site that fails one night in three does not gate.
 * @param before in any order
 * @throws RangeError if `before` is empty
 */
export function compareRuns(before: readonly EarlierRun[], after: EarlierRun): Comparison {
  const nights = before.toSorted((a, b) => b.startedAt - a.startedAt);
  const [newest] = nights;
  if (newest === undefined) throw new RangeError('nothing to compare with: no earlier run was given');
  const failures = new FailuresBefore(nights);
  const siteCounts = noChanges();
  const checkCounts = noChanges();
  const compared: SiteChange[] = [];
  // A site that is missing in a part of a run was not removed. Nobody knows how it does.
  const missing = missingSites(after) === undefined ? 'absent' : 'not-run';
  for (const [was, is] of pairs(newest.sites, after.sites, (site) => site.id)) {
    const site = is === undefined && was !== undefined ? goneSite(was, missing) : siteChange(was, is, failures);
    siteCounts[site.change]++;
    for (const check of site.checks) checkCounts[check.change]++;
    compared.push(site);
  }
  return { before: nights.map(comparedRun), after: comparedRun(after), sites: compared, siteCounts, checkCounts };
}

function comparedRun(compared: EarlierRun): ComparedRun {
  const { run, chrome, startedAt, extensions } = compared;
  const build = extensions.find(({ arm }) => arm === 'subject');
  const lacks = missingSites(compared);
  return {
    run,
    startedAt,
    ...(chrome === undefined ? {} : { chrome }),
    ...(lacks === undefined ? {} : { lacks }),
    ...(build === undefined ? {} : { extension: { name: build.name, version: build.version, sha256: build.sha256 } }),
  };
}

/** Why the run does not have all sites of its list. Undefined if it does, or if the user selected some of them. */
function missingSites({ lastFailed, faults, siteCount, sites }: EarlierRun): MissingSites | undefined {
  if (lastFailed === true) return 'rerun';
  if (isIncomplete(faults)) return 'merge';
  return sites.length < siteCount ? 'cut' : undefined;
}

/** A site that the later run does not have. */
function goneSite({ id, url, verdict, cause, checks }: SiteResult, after: 'absent' | 'not-run'): SiteChange {
  const before = knownStanding(verdict, cause);
  const gone = checks.map((check) => {
    const known = knownStanding(verdictOfCheck(check), check.cause);
    return { title: check.title, before: known, after, change: changeOf(known, after) };
  });
  return { siteId: id, url, before, after, change: changeOf(before, after), gates: false, checks: gone };
}

function siteChange(was: SiteResult | undefined, is: SiteResult | undefined, failures: FailuresBefore): SiteChange {
  const { id: siteId = '', url = '' } = is ?? was ?? {};
  const before = was === undefined ? 'absent' : knownStanding(was.verdict, was.cause);
  const after = is === undefined ? 'absent' : knownStanding(is.verdict, is.cause);
  const checks = [...pairs(was?.checks ?? [], is?.checks ?? [], (check) => check.title)].map(([then, now]) =>
    checkChange(then, now),
  );
  const judged = checks.map((check, index): CheckChange => {
    const now = is?.checks[index];
    if (is === undefined || now === undefined || !isFailing(check.after)) return check;
    // A page that failed before does not excuse a build that breaks it now.
    if (failures.excuse(now, { ...is, siteId }) === undefined) return { ...check, change: 'new-failure' };
    return check.change === 'new-failure' ? { ...check, change: 'failing-again' } : check;
  });
  // Its checks decide: a site that failed before for one reason may fail now for another.
  const isNew = judged.some(({ change }) => change === 'new-failure');
  const named = changeOfPassing(changeOf(before, after), judged);
  const change = named === 'new-failure' && !isNew ? 'failing-again' : named;
  return { siteId, url, before, after, change, gates: isFailing(after) && isNew, checks: judged };
}

function checkChange(was: CheckVerdict | undefined, is: CheckVerdict | undefined): CheckChange {
  const before = was === undefined ? 'absent' : knownStanding(verdictOfCheck(was), was.cause);
  const after = is === undefined ? 'absent' : knownStanding(verdictOfCheck(is), is.cause);
  const message = is?.fault?.message ?? is?.reason;
  return {
    title: (is ?? was)?.title ?? '',
    before,
    after,
    change: changeOf(before, after),
    ...(message === undefined ? {} : { message }),
  };
}

/** Pairs the values of both by key: in the order of `after`, then those that only `before` has. */
function* pairs<T>(
  before: readonly T[],
  after: readonly T[],
  keyOf: (value: T) => string,
): Generator<readonly [T | undefined, T | undefined]> {
  const rest = new Map(before.map((value) => [keyOf(value), value]));
  for (const value of after) {
    const key = keyOf(value);
    yield [rest.get(key), value];
    rest.delete(key);
  }
  for (const value of rest.values()) yield [value, undefined];
}

function noChanges(): Record<Change, number> {
  return Object.fromEntries(Object.keys(CHANGE_TEXTS).map((change) => [change, 0])) as Record<Change, number>;
}
