import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlMode } from '../core/attempt.ts';
import { buildDifferences, buildsOf, type BuildsOfRun } from '../core/builds.ts';
import { chromeOf } from '../core/chrome.ts';
import { isEvidenceCode } from '../core/error-codes.ts';
import type { RunEvent, RunStarted, Undated } from '../core/event.ts';
import { refusal } from '../core/fault.ts';
import { isFailing, type SiteVerdict } from '../core/verdict.ts';
import { foldEvents } from './fold.ts';
import { EVIDENCE } from './layout.ts';
import { replaySound } from './replay.ts';
import type { RunFolder, UnfinishedRun } from './run-folder.ts';

/** What must be the same in a run and in the run that resumes it. */
export type PlanFacts = Pick<
  RunStarted,
  'planHash' | 'siteCount' | 'checks' | 'suiteHash' | 'importsHash' | 'shard' | 'builds' | 'control' | 'chrome'
>;

/** What a new run keeps of an unfinished one. The other sites run again. */
export interface ResumePlan {
  readonly run: string;
  /** The ids of the sites with a verdict other than not-run. */
  readonly kept: ReadonlySet<string>;
  /** What is wrong with its journal. What follows the damage is not kept. */
  readonly damage: string | undefined;
  /** The check files have changed since then, so the kept verdicts are of other ones. */
  readonly hasOtherChecks: boolean;
  /** The events of the kept sites, in order, for the journal of the new run. */
  keptEvents(folder: RunFolder): AsyncGenerator<Undated, void, void>;
  /** Copies the evidence of the kept sites into the folder of the new run, where the unfinished run was set aside. */
  copyEvidence(folder: RunFolder): Promise<void>;
}

/** An unfinished run, and the unfinished runs that it resumed itself, the newest first. */
export interface ResumeSource extends UnfinishedRun {
  readonly earlier: readonly UnfinishedRun[];
}

/**
 * The run that `--resume` names, or the newest if the name is empty. Throws a refusal if there is no such run, or if the
 * finished run in the folder already resumed the newest.
 */
export async function findUnfinished(folder: RunFolder, run: string): Promise<ResumeSource> {
  const runs = await folder.unfinished();
  const names = runs.map((known) => known.run);
  if (run !== '') {
    const named = runs.find((known) => known.run === run);
    if (named !== undefined) return withEarlier(named, runs);
    const hint = names.length === 0 ? undefined : `unfinished runs: ${names.join(', ')}`;
    throw refusal('resume.unknown', `${folder.path} has no unfinished run ${run}`, { hint });
  }
  const newest = runs[0];
  if (newest === undefined)
    throw refusal('resume.none', `${folder.path} has no unfinished run to resume`, {
      hint: 'run without --resume, or pass the results folder with --out',
    });
  const finished = await folder.finished();
  if (finished?.resumes === newest.run) {
    throw refusal('resume.done', `the newest unfinished run, ${newest.run}, is done: ${finished.run} resumed it`, {
      hint: `to resume it again, name it: --resume ${newest.run}`,
    });
  }
  return withEarlier(newest, runs);
}

/** Follows `resumes` back. Runs are newest first, and a run resumes only an older one. */
function withEarlier(source: UnfinishedRun, runs: readonly UnfinishedRun[]): ResumeSource {
  const earlier: UnfinishedRun[] = [];
  let last = source;
  for (const run of runs.slice(runs.indexOf(source) + 1)) {
    if (run.run !== last.resumes) continue;
    earlier.push(run);
    last = run;
  }
  return { ...source, earlier };
}

/** The part of a resumed run that comes from one journal. */
interface Part {
  readonly source: UnfinishedRun;
  readonly kept: ReadonlySet<string>;
  readonly sessions: ReadonlySet<string>;
  readonly damage: string | undefined;
  readonly suiteHash: string | undefined;
  readonly importsHash: string | undefined;
}

/**
 * Reads an unfinished run. If its plan is not the one given, throws a refusal that lists the differences. A run that was
 * cut off while it took over what it resumed lacks some of that, so the runs before it are read too.
 */
export async function planResume(source: ResumeSource, plan: PlanFacts): Promise<ResumePlan> {
  const kept = new Set<string>();
  const parts: Part[] = [];
  for (const run of [source, ...source.earlier]) {
    const part = await readPart(run, plan, kept);
    for (const id of part.kept) kept.add(id);
    parts.unshift(part);
  }
  return {
    run: source.run,
    kept,
    damage: parts.at(-1)?.damage,
    hasOtherChecks: parts.some(
      (part) => isOther(part.suiteHash, plan.suiteHash) || isOther(part.importsHash, plan.importsHash),
    ),
    async *keptEvents(folder) {
      for (const [run, part] of await placesOf(parts, folder))
        yield* keptEvents(run.journalPath, part.kept, part.sessions);
    },
    async copyEvidence(folder) {
      for (const [run, part] of await placesOf(parts, folder)) await copyEvidence(run, folder, part.kept);
    },
  };
}

/** Where each part is now: its run may have been set aside since it was read. */
async function placesOf(parts: readonly Part[], folder: RunFolder): Promise<[UnfinishedRun, Part][]> {
  const runs = new Map((await folder.unfinished()).toReversed().map((known) => [known.run, known]));
  return parts.map((part) => [runs.get(part.source.run) ?? part.source, part]);
}

/** Reads what one run has of the sites that are not in `known`. */
async function readPart(source: UnfinishedRun, plan: PlanFacts, known: ReadonlySet<string>): Promise<Part> {
  let damage: string | undefined;
  const state = await foldEvents(replaySound(source.journalPath, (reason) => (damage = reason)));
  if (state.started?.lastFailed === true)
    throw refusal('resume.plan', `cannot resume run ${source.run}: it tried only what failed before (--last-failed)`, {
      hint: 'run gridrun --last-failed again: it tries what did not pass in that run',
    });
  const differences =
    state.started === undefined
      ? ['its journal has no first line']
      : [...differencesOf(state.started, plan), ...otherBuilds(buildsOf(state), plan.builds)];
  if (differences.length > 0) {
    throw refusal('resume.plan', `cannot resume run ${source.run}: its plan was different`, {
      mistakes: differences,
      hint: 'start a new run without --resume',
    });
  }
  const kept = new Set<string>();
  const sessions = new Set<string>();
  const outage = state.ended?.stopped === 'outage';
  for (const { site, verdict, open, session } of state.sites()) {
    if (known.has(site.id) || !isKept(verdict, open) || (outage && isOfOutage(verdict))) continue;
    kept.add(site.id);
    if (session !== undefined) sessions.add(session.opened.sessionId);
  }
  const { suiteHash, importsHash } = state.started ?? {};
  return { source, kept, sessions, damage, suiteHash, importsHash };
}

/** An older gridrun did not record it. */
function isOther(before: string | undefined, now: string | undefined): boolean {
  return before !== undefined && before !== now;
}

/**
 * A check whose evidence found no room has no answer, so its site is tried again. So is a site that failed and was to be tried
 * again when the run was stopped.
 */
function isKept(verdict: SiteVerdict, open: boolean): boolean {
  if (isFailing(verdict.verdict) && verdict.stoppedBy !== undefined) return false;
  const unwritten = verdict.checks.some(({ fault }) => fault !== undefined && isEvidenceCode(fault.code));
  return !open && verdict.verdict !== 'not-run' && !unwritten;
}

/** May an outage have caused the verdict? */
function isOfOutage({ verdict, cause }: SiteVerdict): boolean {
  return verdict === 'errored' && (cause === 'grid' || cause === 'runner' || cause === 'browser');
}

async function* keptEvents(
  path: string,
  kept: ReadonlySet<string>,
  sessions: ReadonlySet<string>,
): AsyncGenerator<Undated, void, void> {
  for await (const event of replaySound(path, () => {})) {
    if (!concerns(event, kept, sessions)) continue;
    const { at: _at, ...undated } = event;
    yield undated;
  }
}

function concerns(event: RunEvent, kept: ReadonlySet<string>, sessions: ReadonlySet<string>): boolean {
  switch (event.type) {
    case 'session-opened':
    case 'session-closed':
      return sessions.has(event.sessionId);
    case 'attempt-ended':
      return kept.has(event.attempt.siteId);
    case 'site-judged':
      return kept.has(event.verdict.siteId);
    case 'check-output':
      return kept.has(event.siteId);
    default:
      return false;
  }
}

async function copyEvidence(source: UnfinishedRun, folder: RunFolder, kept: ReadonlySet<string>): Promise<void> {
  await mkdir(folder.evidencePath, { recursive: true });
  for (const id of kept) {
    const from = join(source.path, EVIDENCE, id);
    if (existsSync(from)) await cp(from, join(folder.evidencePath, id), { recursive: true });
  }
}

const CONTROLS: Readonly<Record<ControlMode, string>> = {
  never: 'none',
  'on-failure': 'on failures',
  always: 'on all sites',
};

function differencesOf(before: RunStarted, now: PlanFacts): string[] {
  const differences: string[] = [];
  if (before.siteCount !== now.siteCount) differences.push(`sites: ${before.siteCount} then, ${now.siteCount} now`);
  const shard = (plan: PlanFacts): string => `${plan.shard.index}/${plan.shard.total}`;
  if (shard(before) !== shard(now)) differences.push(`shard: ${shard(before)} then, ${shard(now)} now`);
  const titles = (plan: PlanFacts): string[] => plan.checks.map((check) => check.title);
  const [old, fresh] = [new Set(titles(before)), new Set(titles(now))];
  differences.push(
    ...[...old].filter((title) => !fresh.has(title)).map((title) => `check ${JSON.stringify(title)}: gone`),
  );
  differences.push(
    ...[...fresh].filter((title) => !old.has(title)).map((title) => `check ${JSON.stringify(title)}: new`),
  );
  if ((before.control ?? 'never') !== (now.control ?? 'never'))
    differences.push(`control: ${CONTROLS[before.control ?? 'never']} then, ${CONTROLS[now.control ?? 'never']} now`);
  if (chromeOf(before) !== chromeOf(now)) differences.push(`--chrome: ${chromeOf(before)} then, ${chromeOf(now)} now`);
  if (before.planHash !== now.planHash && differences.length === 0) {
    differences.push('the entries of the site list, the selection (--site, --tag, --grep) or the durations file');
  }
  return differences;
}

/** Verdicts on two builds would make an answer about neither. */
function otherBuilds(then: BuildsOfRun | undefined, now: BuildsOfRun | undefined): string[] {
  return buildDifferences(then, now).map(({ option, before, now: is }) => `--${option}: ${before} then, ${is} now`);
}
