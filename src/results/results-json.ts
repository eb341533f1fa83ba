import type { Arm } from '../core/attempt.ts';
import { tallyCases, type CaseTally } from '../core/case-tally.ts';
import type { CheckPlan } from '../core/check.ts';
import type { ChromeKind } from '../core/chrome.ts';
import type { Notice, RunStopping } from '../core/event.ts';
import type { Cause, Fault } from '../core/fault.ts';
import { exitOf, outcomeOf } from '../core/outcome.ts';
import type { Reporter } from '../core/ports.ts';
import type { RunState, SessionState, SiteState } from '../core/run-state.ts';
import type { ReplayRecord } from '../core/replay-record.ts';
import { releaseTestOf, type ReleaseTest } from '../core/release-test.ts';
import type { StopReason } from '../core/stop.ts';
import type { ArmsOfSite, CheckExcuse, CheckVerdict, OtherPages, SiteVerdict, Verdict } from '../core/verdict.ts';
import { writeWhole } from '../os/write-whole.ts';

/** The schema of results.json. A field keeps its type for ever. */
export const RESULTS_VERSION = 1;

/** The content of results.json. Durations are in ms, dates in ms since the epoch. */
export interface ResultsFile {
  readonly version: number;
  readonly run: string;
  readonly gridrun: string;
  readonly host: string;
  readonly grid: string;
  /** Which Chrome of this machine the sessions had; absent on another grid. */
  readonly chrome?: ChromeKind;
  readonly startedAt: number;
  readonly durationMs: number;
  /** False if the run was cut off. */
  readonly ended: boolean;
  readonly stopped: string;
  readonly stops: readonly Pick<RunStopping, 'reason' | 'text'>[];
  readonly faults: readonly Fault[];
  readonly planHash: string;
  readonly shard: { readonly index: number; readonly total: number };
  /** The run that this one resumed. Empty if it resumed none. */
  readonly resumes: string;
  /** The exit code by the journal. Only the process itself knows that a report could not be written. */
  readonly exitCode: number;
  readonly reasons: readonly string[];
  readonly siteCount: number;
  readonly duplicateCount: number;
  /** With `--last-failed`: it tried only the sites that did not pass in the run before. */
  readonly lastFailed?: boolean;
  /** The number of sites by verdict. */
  readonly counts: Readonly<Record<Verdict, number>>;
  /** The number of test cases by outcome, as in junit.xml. */
  readonly cases: CaseTally;
  readonly checks: readonly CheckPlan[];
  /** The builds of a run with an extension. */
  readonly extensions: readonly ExtensionResult[];
  /** In a run with a control: what the build under test broke and fixed. */
  readonly sweep?: ReleaseTest;
  readonly sessions: readonly SessionResult[];
  readonly notices: readonly Pick<Notice, 'level' | 'code' | 'text'>[];
  readonly sites: readonly SiteResult[];
}

export interface ExtensionResult {
  readonly arm: Arm;
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

export interface SessionResult {
  readonly sessionId: string;
  readonly slot: number;
  readonly node: string;
  readonly browserName: string;
  readonly browserVersion: string;
  readonly siteCount: number;
  readonly reason: string;
  readonly arm?: Arm;
  readonly extensionId?: string;
}

export interface SiteResult {
  readonly id: string;
  readonly url: string;
  readonly verdict: Verdict;
  readonly cause?: Cause;
  readonly code?: string;
  /** The duration of the last attempt that did not fault. The next run plans by it. Absent if every attempt faulted. */
  readonly durationMs?: number;
  /** The duration of all attempts together. */
  readonly totalMs: number;
  readonly attempts: number;
  /** Why the run stopped before the site's next attempt, which may have passed; absent if no attempt is missing. */
  readonly stoppedBy?: StopReason;
  /** The verdict of the control. */
  readonly control?: Verdict;
  /** Whether the build under test breaks the site, if the control has tried it and something failed with the build. */
  readonly attribution?: SiteVerdict['attribution'];
  /** The probability that the build breaks it, from 0 to 1. */
  readonly probability?: number;
  /** What each arm showed, if the control has tried the site. */
  readonly arms?: ArmsOfSite;
  /** In how many of all pairs the server sent another page to one arm; absent if in none. These pairs do not count. */
  readonly otherPages?: OtherPages;
  /** In a replay: how many requests the recording answered, and which it could not. */
  readonly replay?: ReplayRecord;
  readonly checks: readonly CheckVerdict[];
  /** The checks that failed but do not fail the run, and why. */
  readonly excused?: readonly CheckExcuse[];
}

/** Writes results.json at the end of a run or of a replay. */
export class ResultsJsonReporter implements Reporter {
  readonly #state: RunState;
  readonly #path: string;

  /** @param state the state of the run; its owner applies the events */
  constructor(state: RunState, path: string) {
    this.#state = state;
    this.#path = path;
  }

  /** Throws what the file system throws. */
  async finish(): Promise<void> {
    await writeWhole(this.#path, resultsText(this.#state));
  }
}

/** The text of results.json, one site at a time, so that a long list is never one string. */
export function* resultsText(state: RunState): Generator<string> {
  const head = JSON.stringify(headOf(state), undefined, 1);
  yield `${head.slice(0, -2)},\n "sites": [`;
  let separator = '\n';
  for (const entry of state.sites()) {
    yield `${separator}  ${JSON.stringify(siteResult(entry))}`;
    separator = ',\n';
  }
  yield '\n ]\n}\n';
}

function headOf(state: RunState): Omit<ResultsFile, 'sites'> {
  const { started, ended } = state;
  const exit = exitOf(outcomeOf(state));
  const releaseTest = releaseTestOf(state);
  return {
    version: RESULTS_VERSION,
    run: started?.run ?? '',
    gridrun: started?.gridrun ?? '',
    host: started?.host ?? '',
    grid: started?.grid ?? '',
    ...(started?.chrome === undefined ? {} : { chrome: started.chrome }),
    startedAt: started?.at ?? 0,
    durationMs: state.durationMs,
    ended: ended !== undefined,
    stopped: ended?.stopped ?? '',
    stops: state.stops.map(({ reason, text }) => ({ reason, text })),
    faults: ended?.faults ?? [],
    planHash: started?.planHash ?? '',
    shard: started?.shard ?? { index: 1, total: 1 },
    resumes: started?.resumes ?? '',
    exitCode: exit.code,
    reasons: exit.reasons,
    // A journal that was cut off inside its plan names fewer sites.
    siteCount: Math.max(started?.siteCount ?? 0, state.plannedCount),
    duplicateCount: started?.duplicateCount ?? 0,
    ...(started?.lastFailed === true ? { lastFailed: true } : {}),
    counts: state.counts(),
    cases: tallyCases(state),
    checks: state.checks,
    extensions: extensionsOf(state),
    ...(releaseTest === undefined ? {} : { sweep: releaseTest }),
    sessions: [...state.sessions()].map(sessionResult),
    notices: state.notices.map(({ level, code, text }) => ({ level, code, text })),
  };
}

/** The builds that were loaded. */
export function extensionsOf(state: RunState): ExtensionResult[] {
  return [...state.extensions.values()].map(({ arm, id, name, version, sha256 }) => ({
    arm,
    id,
    name,
    version,
    sha256,
  }));
}

function sessionResult({ opened, siteCount, reason }: SessionState): SessionResult {
  const { sessionId, slot, node, browserName, browserVersion, arm, extensionId } = opened;
  return {
    sessionId,
    slot,
    node,
    browserName,
    browserVersion,
    siteCount: siteCount ?? 0,
    reason: reason ?? '',
    ...(arm === undefined ? {} : { arm }),
    ...(extensionId === undefined ? {} : { extensionId }),
  };
}

/** A site as results.json has it. */
export function siteResult({ site, verdict, expectedMs, excused }: SiteState): SiteResult {
  return {
    id: site.id,
    url: site.url,
    verdict: verdict.verdict,
    ...(verdict.cause === undefined ? {} : { cause: verdict.cause }),
    ...(verdict.code === undefined ? {} : { code: verdict.code }),
    ...(expectedMs === undefined ? {} : { durationMs: expectedMs }),
    totalMs: verdict.durationMs,
    attempts: verdict.attempts,
    ...(verdict.stoppedBy === undefined ? {} : { stoppedBy: verdict.stoppedBy }),
    ...(verdict.control === undefined ? {} : { control: verdict.control }),
    ...(verdict.attribution === undefined ? {} : { attribution: verdict.attribution }),
    ...(verdict.probability === undefined ? {} : { probability: verdict.probability }),
    ...(verdict.arms === undefined ? {} : { arms: verdict.arms }),
    ...(verdict.otherPages === undefined ? {} : { otherPages: verdict.otherPages }),
    ...(verdict.replay === undefined ? {} : { replay: verdict.replay }),
    checks: verdict.checks,
    ...(excused === undefined ? {} : { excused }),
  };
}
