import { existsSync, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { Attempt } from '../../core/attempt.ts';
import type { Undated } from '../../core/event.ts';
import { refusal } from '../../core/fault.ts';
import { nightAnswer, whatChanged, type TwoNights, type WhatChanged } from '../../core/nights.ts';
import type { RunOptions, SelectionOptions } from '../../core/options.ts';
import type { SiteVerdict } from '../../core/verdict.ts';
import { readArchive } from '../../recording/read-archive.ts';
import type { OnMiss } from '../../replay/replay-proxy.ts';
import { untriedText } from '../../report/look-back/untried-text.ts';
import { ReplaySessions } from '../../replay/replay-sessions.ts';
import type { Run, RunSummary } from '../run/handle.ts';
import type { Terminal } from '../run/reporters.ts';
import { startRun } from '../run/run.ts';
import { findArchives, type FoundArchive } from './find-archives.ts';
import { playedSite } from './played-site.ts';
import {
  planReplay,
  recordedWithExtension,
  refuseManyHeld,
  refuseMissingVariables,
  type ReplayPlan,
  type SiteNights,
} from './replay-plan.ts';

export interface ReplayOptions {
  readonly run: RunOptions;
  /** Recordings, or folders that hold them. */
  readonly recordings: readonly string[];
  readonly onMiss: OnMiss;
  /** Give pages the time of the recording. */
  readonly recordedClock: boolean;
  /** Keep the page open after its checks until the run is stopped. */
  readonly hold: boolean;
  /** Answer for `git bisect run`, which must not take a check that was skipped for a good one. */
  readonly bisect: boolean;
  /** Called when the page of a replay with `hold` is ready for a person. */
  readonly onHeld: () => void;
}

/** What changed between two nights of a site. */
export interface NightsOfSite extends TwoNights {
  readonly siteId: string;
  readonly word: WhatChanged;
}

/** A replay in progress. */
export interface Replay {
  readonly run: Run;
  readonly result: Promise<ReplayResult>;
}

/** How a replay ended. */
export interface ReplayResult {
  readonly summary: RunSummary;
  /** What changed on each site that has recordings of two nights and was tried with two builds. */
  readonly nights: readonly NightsOfSite[];
  /** Names the checks that failed when a site was recorded, and that the replay did not try. Empty if it tried all. */
  readonly untriedText: string;
}

/**
 * Starts a run on recordings instead of the sites: the same checks, builds, verdicts and reports. Throws a refusal if a
 * recording cannot be read, or if the results folder is where the recordings are.
 */
export async function startReplay(options: ReplayOptions, terminal?: Terminal): Promise<Replay> {
  const { cwd, out, selection } = options.run;
  const archives = await findArchives(cwd, options.recordings);
  refuseOwnFolder(out, archives);
  const plan = planReplay(archives, selection.sites);
  refuseMissingVariables(plan, process.env);
  if (options.hold) refuseManyHeld(plan);
  const lack = lackOfExtension(options.run, plan);
  if (options.bisect && lack !== undefined) throw refusal('replay.extension', lack, { hint: EXTENSION_HINT });
  const stopped = Promise.withResolvers<void>();
  const sessions = new ReplaySessions({
    ...options,
    recordingOf: reader(plan),
    hold: async () => {
      if (!options.hold) return;
      options.onHeld();
      await stopped.promise;
    },
  });
  const run = startRun(runOptions(options, plan), {
    terminal,
    stage: { list: plan.list, sessions, notice: noticeOf(lack) },
  });
  const result = watched(run, plan, isSelected(selection));
  // A caller that only follows the run must not get an unhandled rejection.
  result.catch(() => {});
  const stop: Run['stop'] = (how) => {
    stopped.resolve();
    run.stop(how);
  };
  return { run: { summary: run.summary, stop, [Symbol.asyncIterator]: () => run[Symbol.asyncIterator]() }, result };
}

const EXTENSION_HINT = 'name the folder of the build with --extension';

/** Undefined if the replay lacks no extension. */
function lackOfExtension({ extension }: RunOptions, plan: ReplayPlan): string | undefined {
  const [first, ...others] = extension === undefined ? recordedWithExtension(plan) : [];
  if (first === undefined) return undefined;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  return `${first.site.id}${more} ${others.length === 0 ? 'was' : 'were'} recorded with an extension, and this replay has none: checks with @extension are skipped`;
}

function noticeOf(lack: string | undefined): Undated | undefined {
  if (lack === undefined) return undefined;
  return { type: 'notice', level: 'warning', code: 'replay.extension', text: `${lack}; ${EXTENSION_HINT}` };
}

/** Two nights are compared by what both builds do on each, so the control tries every site. */
function runOptions({ run, hold }: ReplayOptions, plan: ReplayPlan): RunOptions {
  const { control, controlAll, checks } = run;
  return {
    ...run,
    checks: checks.length > 0 ? checks : recordedChecks(run.cwd, plan),
    selection: { ...run.selection, sites: [] },
    // Nothing is loaded from a host.
    perHost: 0,
    perDomain: 0,
    hostDelayMs: 0,
    controlAll: controlAll || (control !== undefined && plan.nights.length > 0),
    ...(hold ? { headed: true, sessions: 1, retries: 0, infraRetries: 0 } : {}),
  };
}

/** The check files of the recorded runs that are here too. None: the usual ones. */
function recordedChecks(cwd: string, { sites }: ReplayPlan): string[] {
  const files = new Set([...sites.values()].flatMap(({ archive }) => archive.checkFiles));
  return [...files].filter((file) => existsSync(resolve(cwd, file)));
}

function reader({ sites }: ReplayPlan): ConstructorParameters<typeof ReplaySessions>[0]['recordingOf'] {
  return async (siteId, secrets) => playedSite(await readArchive(sites.get(siteId)!.archive.path), secrets);
}

/** Do the filters of the user leave the check in? What they leave out is not missed. */
function isSelected({ grep, grepInvert, tags }: SelectionOptions): (title: string) => boolean {
  return (title) =>
    (grep === undefined || new RegExp(grep).test(title)) &&
    (grepInvert === undefined || !new RegExp(grepInvert).test(title)) &&
    (tags.length === 0 || tags.some((tag) => title.includes(`@${tag}`)));
}

async function watched(
  run: Run,
  { nights, sites }: ReplayPlan,
  isMissed: (title: string) => boolean,
): Replay['result'] {
  // A late error amends an attempt, and its last form counts.
  const attemptsByKey = new Map<string, Attempt>();
  const ids = new Set(nights.flatMap(({ before, tonight }) => [before, tonight]));
  const tried = new Map<string, ReadonlySet<string>>();
  for await (const event of run) {
    if (event.type === 'attempt-ended' && ids.has(event.attempt.siteId))
      attemptsByKey.set(`${event.attempt.siteId} ${event.attempt.attempt}`, event.attempt);
    if (event.type === 'site-judged') tried.set(event.verdict.siteId, triedIn(event.verdict));
  }
  const summary = await run.summary;
  const untried = [...sites].flatMap(([siteId, { archive }]) =>
    archive.failed
      .filter((title) => isMissed(title) && tried.get(siteId)?.has(title) !== true)
      .map((title) => ({ siteId, title })),
  );
  const attempts = [...attemptsByKey.values()];
  const areCompared = attempts.some(({ arm }) => arm === 'control');
  return {
    summary,
    nights: areCompared ? nights.map((pair) => nightsOf(pair, attempts)) : [],
    untriedText: untriedText(untried),
  };
}

function triedIn({ checks }: SiteVerdict): ReadonlySet<string> {
  return new Set(checks.flatMap(({ status, title }) => (status === 'skipped' || status === 'not-run' ? [] : title)));
}

function nightsOf({ siteId, before, tonight }: SiteNights, attempts: readonly Attempt[]): NightsOfSite {
  const of = (id: string): readonly Attempt[] => attempts.filter((attempt) => attempt.siteId === id);
  const [early, late] = [of(before), of(tonight)];
  const table: TwoNights = {
    newBuild: { tonight: nightAnswer(late, 'subject'), before: nightAnswer(early, 'subject') },
    oldBuild: { tonight: nightAnswer(late, 'control'), before: nightAnswer(early, 'control') },
  };
  return { siteId, ...table, word: whatChanged(table) };
}

/** A run clears its results folder, so the recordings must not be in there. */
function refuseOwnFolder(out: string, archives: readonly FoundArchive[]): void {
  const real = existsSync(out) ? realpathSync(out) : out;
  const own = archives.find(({ path }) => realpathSync(path).startsWith(`${real}${sep}`));
  if (own === undefined) return;
  throw refusal('replay.out', `the replay would overwrite ${own.path}: it is in the results folder`, {
    hint: 'pass another folder with --out',
  });
}
