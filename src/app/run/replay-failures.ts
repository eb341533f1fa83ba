import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Attempt } from '../../core/attempt.ts';
import { areTried, replaysThatCount } from '../../core/attribution/replays.ts';
import type { Notice } from '../../core/event.ts';
import { countOf } from '../../core/count-of.ts';
import { GridrunError } from '../../core/fault.ts';
import type { RunOptions } from '../../core/options.ts';
import type { StopReason } from '../../core/stop.ts';
import type { RecordedFailure } from '../../dispatch/site-book.ts';
import { readArchive } from '../../recording/read-archive.ts';
import { ofAnyChrome } from '../../replay/replay-chrome.ts';
import { ReplaySessions } from '../../replay/replay-sessions.ts';
import { REPLAYED } from '../../results/layout.ts';
import { hashOf } from '../../sites/hash.ts';
import { playedSite } from '../replay/played-site.ts';
import type { Dispatched } from './dispatch.ts';
import type { Run } from './handle.ts';
import type { Books } from './open-books.ts';
import type { Prepared } from './prepare.ts';
import type { RunOrder } from './run-order.ts';
import type { Stage } from './stage.ts';

/** A build that breaks half of a long list would keep the run for hours. The sites that are least sure come first. */
const MAX_REPLAYS = 200;

const SILENT =
  'gave no answer: it did not fail again in the same way, the control failed too, or the recording lacks a request';

/** The run that these replays belong to. */
export interface Replayed {
  readonly prepared: Prepared;
  readonly books: Books;
  readonly order: RunOrder;
}

/** Starts a run on recordings. */
type StartRun = (options: RunOptions, onRecordings: Stage) => Run;

/**
 * With `--control`: tries each recorded failure with both builds on the very same bytes, on this machine's
 * Chrome, and judges its site again. The servers are not asked, so their next minute explains no difference. If the replays
 * cannot start, the sites keep their verdicts, and a notice says why. Returns why the run was stopped, if it was.
 */
export async function replayFailures(
  { stopped, faults, sites }: Dispatched,
  { prepared, books, order }: Replayed,
  start: StartRun,
): Promise<StopReason | ''> {
  const { options, stage, stopper } = order;
  if (stage !== undefined || prepared.control === 'never') return stopped;
  const all = sites.recordedFailures().filter(isOpenQuestion).toSorted(leastSureFirst);
  if (all.length === 0 || stopped !== '' || faults.length > 0) return stopped;
  const failures = all.slice(0, MAX_REPLAYS);
  const leftMs = timeLeft(options.globalTimeoutMs, books.state.started?.at);
  if (leftMs <= 0) return stopped;
  const of = all.length > failures.length ? `${failures.length} of ` : '';
  const say = (level: Notice['level'], text: string): void =>
    books.emit({ type: 'notice', level, code: 'run.replays', text });
  say('info', `replaying ${of}${countOf(all.length, 'recorded failure')} with both builds`);
  const out = join(books.folder.path, REPLAYED);
  let cut: StopReason | '' = '';
  try {
    const run = start(replayOptions(options, { out, globalTimeoutMs: leftMs }), stageOf(books.folder.path, failures));
    stopper.attach({
      stop: (how, reason, why) => {
        cut ||= reason;
        books.emit({ type: 'run-stopping', reason, text: `${why} (${how})` });
        run.stop(how);
      },
    });
    const loads = await follow(run);
    const lost = failures.filter(({ site }) => !areTried(loads.get(site.id) ?? []));
    if (lost.length > 0) say('warning', `${countOf(lost.length, 'recorded failure')} could not be replayed`);
    const silentCount = weighAll(failures, loads, sites);
    if (silentCount > 0) say('info', `${countOf(silentCount, 'replayed failure')} ${SILENT}`);
  } catch (error) {
    if (!(error instanceof GridrunError)) throw error;
    say('warning', `the recorded failures were not replayed: ${error.message}`);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
  return cut;
}

/** Judges each site again by its replays. Returns for how many they say nothing. */
function weighAll(
  failures: readonly RecordedFailure[],
  loads: ReadonlyMap<string, readonly Attempt[]>,
  sites: Dispatched['sites'],
): number {
  let silentCount = 0;
  for (const { site, attempt } of failures) {
    const tried = loads.get(site.id) ?? [];
    const replays = replaysThatCount(attempt, tried);
    if (replays.length > 0) sites.weigh(site.id, replays);
    else if (areTried(tried)) silentCount++;
  }
  return silentCount;
}

/** A site that live loads have decided needs no replay. */
function isOpenQuestion({ verdict: { attribution } }: RecordedFailure): boolean {
  return attribution !== 'not-build' && attribution !== 'broken';
}

function leastSureFirst(a: RecordedFailure, b: RecordedFailure): number {
  return sureness(a) - sureness(b);
}

function sureness({ verdict: { probability = 0.5 } }: RecordedFailure): number {
  return Math.abs(probability - 0.5);
}

/** What is left of `--global-timeout`. Without one, as long as it takes. */
function timeLeft(globalTimeoutMs: number, startedAt = Date.now()): number {
  return globalTimeoutMs === 0 ? Infinity : startedAt + globalTimeoutMs - Date.now();
}

/** The same suite and builds, for each of the sites, on this machine. */
function replayOptions(options: RunOptions, own: Pick<RunOptions, 'out' | 'globalTimeoutMs'>): RunOptions {
  return {
    ...options,
    out: own.out,
    globalTimeoutMs: Number.isFinite(own.globalTimeoutMs) ? own.globalTimeoutMs : 0,
    grid: 'local',
    capabilities: options.grid === 'local' ? options.capabilities : ofAnyChrome(options.capabilities),
    // A grid has room for more browsers than this machine.
    sessions: options.grid === 'local' ? options.sessions : 'auto',
    headed: false,
    controlAll: true,
    reporters: [],
    record: 'off',
    evidence: 'none',
    trace: false,
    // The list of the replay is chosen already, and nothing is loaded from a host.
    selection: { ...options.selection, sites: [] },
    shard: { index: 1, total: 1 },
    lastFailed: false,
    perHost: 0,
    perDomain: 0,
    hostDelayMs: 0,
    controlWaitMs: 0,
    maxFailures: 0,
    baseline: undefined,
    expectations: undefined,
    resume: undefined,
    webServer: undefined,
  };
}

function stageOf(folder: string, failures: readonly RecordedFailure[]): Stage {
  const paths = new Map(failures.map(({ site, attempt }) => [site.id, join(folder, attempt.recording?.path ?? '')]));
  // A recording may be loaded as often as one likes.
  const list = failures.map(({ site: { once: _once, ...site } }) => site);
  const sessions = new ReplaySessions({
    onMiss: 'abort',
    recordedClock: true,
    recordingOf: async (siteId, secrets) => playedSite(await readArchive(paths.get(siteId)!), secrets),
  });
  return { list: { sites: list, duplicateCount: 0, hash: hashOf(list) }, sessions };
}

/** The attempts of a run, by site. Throws what keeps the run from starting. */
async function follow(run: Run): Promise<Map<string, Attempt[]>> {
  const loads = new Map<string, Attempt[]>();
  for await (const event of run) {
    if (event.type !== 'attempt-ended') continue;
    const { attempt } = event;
    // An amended attempt replaces the one that it amends.
    const known = (loads.get(attempt.siteId) ?? []).filter((one) => one.attempt !== attempt.attempt);
    loads.set(attempt.siteId, [...known, attempt]);
  }
  await run.summary;
  return loads;
}
