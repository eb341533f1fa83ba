import { CHROME_NAMES } from '../../core/chrome.ts';
import { groupFaults, groupNewFaults } from '../../core/fault-groups.ts';
import { exitOf, outcomeOf } from '../../core/outcome.ts';
import { releaseTestOf } from '../../core/release-test.ts';
import type { RunState, SiteState } from '../../core/run-state.ts';
import type { Timeline } from '../../core/timeline.ts';
import type { CheckVerdict } from '../../core/verdict.ts';
import { armsText } from '../../text/arms-text.ts';
import { releaseSentence } from '../../text/release-sentence.ts';
import { replayText } from '../../text/replay-text.ts';
import type { AttemptLog } from './attempt-log.ts';
import type { FaultTable } from './fault-table.ts';
import {
  LETTERS,
  type CheckDetail,
  type GroupRow,
  type ReportData,
  type RunFacts,
  type SiteRow,
} from './report-data.ts';

/** What the page is made of: three folds over a run's events, and the table of their faults. */
export interface ReportFolds {
  readonly state: RunState;
  readonly attempts: AttemptLog;
  readonly timeline: Timeline;
  readonly faults: FaultTable;
  /** The results folder, from the report's own. */
  readonly evidenceBase: string;
}

/** The data of report.html. The same events always give the same data. */
export function buildReportData({ state, attempts, timeline, faults, evidenceBase }: ReportFolds): ReportData {
  const checkPlaces = new Map(state.checks.map(({ title }, place) => [title, place]));
  const entries = [...state.sites()];
  const sites = entries.map((entry) => siteRow(entry, attempts, checkPlaces, faults));
  return {
    run: runFacts(state, faults),
    evidenceBase,
    counts: state.counts(),
    counted: state.countedCounts(),
    checks: state.checks.map(({ title, file }) => ({ title, file })),
    sites,
    groups: groupRows(entries, checkPlaces, faults),
    browsers: [...new Set([...state.sessions()].map(({ opened }) => `${opened.browserName} ${opened.browserVersion}`))],
    extensions: [...state.extensions.values()].map(({ arm, name, version, sha256 }) => ({
      arm,
      name,
      version,
      sha256,
    })),
    notices: state.notices.map(({ level, code, text }) => ({ level, code, text })),
    timeline: {
      attempts: timeline.attempts,
      units: timeline.units,
      sessions: timeline.sessions(),
      waits: timeline.allWaits(),
      nodes: timeline.nodes,
      lastAt: timeline.lastAt,
    },
    faults: faults.rows,
  };
}

function gridText({ grid = '', chrome }: Partial<NonNullable<RunState['started']>> = {}): string {
  return chrome === undefined ? grid : `${grid} (${CHROME_NAMES[chrome]})`;
}

function runFacts(state: RunState, faults: FaultTable): RunFacts {
  const { started, ended } = state;
  const exit = exitOf(outcomeOf(state));
  const releaseTest = releaseTestOf(state);
  const comparison = releaseTest === undefined ? undefined : releaseSentence(releaseTest);
  return {
    run: started?.run ?? '',
    gridrun: started?.gridrun ?? '',
    host: started?.host ?? '',
    grid: gridText(started),
    startedAt: started?.at ?? 0,
    durationMs: Math.round(state.durationMs),
    ended: ended !== undefined,
    sessions: started?.sessions ?? 0,
    shard: started?.shard ?? { index: 1, total: 1 },
    resumes: started?.resumes ?? '',
    duplicateCount: started?.duplicateCount ?? 0,
    exitCode: exit.code,
    reasons: exit.reasons,
    ...(comparison === undefined ? {} : { comparison }),
    stops: state.stops.map(({ text }) => text),
    faults: (ended?.faults ?? []).map((fault) => faults.take(fault)),
  };
}

function siteRow(
  entry: SiteState,
  attempts: AttemptLog,
  checkPlaces: ReadonlyMap<string, number>,
  faults: FaultTable,
): SiteRow {
  const { site, verdict, session, excused } = entry;
  const remembered = attempts.remembered(site.id);
  const details = verdict.checks.flatMap((check) => detailOf(check, checkPlaces, faults));
  const arms = armsText(verdict);
  return {
    id: site.id,
    url: site.url,
    ...(site.tags === undefined || site.tags.length === 0 ? {} : { tags: site.tags }),
    verdict: verdict.verdict,
    ...(verdict.cause === undefined ? {} : { cause: verdict.cause }),
    ...(verdict.code === undefined ? {} : { code: verdict.code }),
    durationMs: Math.round(verdict.durationMs),
    ...(session === undefined ? {} : { node: session.opened.node }),
    ...(verdict.control === undefined ? {} : { control: verdict.control }),
    ...(arms === undefined ? {} : { arms }),
    ...(verdict.arms?.pictures === undefined ? {} : { pictures: verdict.arms.pictures }),
    ...(verdict.replay === undefined ? {} : { replay: replayText(verdict.replay) }),
    letters: verdict.checks.map((check) => LETTERS[check.flaky ? 'flaky' : check.status]).join(''),
    checkMs: verdict.checks.map(({ durationMs }) => Math.round(durationMs)),
    ...(details.length === 0 ? {} : { details }),
    ...(excused === undefined
      ? {}
      : { excused: excused.map(({ title, by, text }) => ({ check: checkPlaces.get(title) ?? -1, by, text })) }),
    ...(remembered.length === 0 ? {} : { remembered }),
    attempts: attempts.of(site.id),
  };
}

function detailOf(check: CheckVerdict, checkPlaces: ReadonlyMap<string, number>, faults: FaultTable): CheckDetail[] {
  const { title, cause, fault, reason, attachments, otherFaults } = check;
  const place = checkPlaces.get(title);
  if (
    place === undefined ||
    (fault === undefined && cause === undefined && reason === undefined && attachments === undefined)
  )
    return [];
  return [
    {
      check: place,
      ...(fault === undefined ? {} : { fault: faults.take(fault) }),
      ...(cause === undefined ? {} : { cause }),
      ...(reason === undefined ? {} : { reason }),
      ...(attachments === undefined ? {} : { attachments }),
      ...(otherFaults === undefined ? {} : { otherFaults: otherFaults.map((other) => faults.take(other)) }),
    },
  ];
}

function groupRows(
  entries: readonly SiteState[],
  checkPlaces: ReadonlyMap<string, number>,
  faults: FaultTable,
): GroupRow[] {
  const sitePlaces = new Map(entries.map(({ site }, place) => [site.id, place]));
  const newSites = new Map(groupNewFaults(entries).map(({ fingerprint, siteIds }) => [fingerprint, siteIds.length]));
  return groupFaults(entries).map(({ fingerprint, representative, count, siteIds, titles }) => ({
    fingerprint,
    fault: faults.take(representative),
    count,
    sites: siteIds.map((id) => sitePlaces.get(id) ?? -1),
    checks: titles.map((title) => checkPlaces.get(title) ?? -1),
    newSites: newSites.get(fingerprint) ?? 0,
  }));
}
