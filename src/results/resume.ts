import { existsSync } from 'node:fs';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunEvent, RunStarted, Undated } from '../core/event.ts';
import { refusal } from '../core/fault.ts';
import type { SiteVerdict } from '../core/verdict.ts';
import { foldJournal } from './fold.ts';
import { EVIDENCE } from './layout.ts';
import { replay } from './replay.ts';
import type { RunFolder, UnfinishedRun } from './run-folder.ts';

/** The plan of the run that wants to go on with another: what must be the same. */
export type PlanFacts = Pick<RunStarted, 'planHash' | 'siteCount' | 'checks' | 'shard'>;

/** What of an unfinished run is kept, and what is run again. */
export interface ResumePlan {
  readonly run: string;
  /** Sites with a verdict other than not-run. */
  readonly kept: ReadonlySet<string>;
  /** The events of the kept sites, for the new run's journal, in their order. */
  keptEvents(): AsyncGenerator<Undated, void, void>;
  /** Copies the kept sites' evidence into the new run's folder. */
  copyEvidence(folder: RunFolder): Promise<void>;
}

/**
 * The run that `--resume` means: the named one, or the newest where the name is empty. Throws a refusal where there
 * is none, and where the newest was already gone on with by the finished run that lies in the folder.
 */
export async function findUnfinished(folder: RunFolder, run: string): Promise<UnfinishedRun> {
  const runs = await folder.unfinished();
  const names = runs.map((known) => known.run);
  if (run !== '') {
    const named = runs.find((known) => known.run === run);
    if (named !== undefined) return named;
    const hint = names.length === 0 ? undefined : `unfinished runs: ${names.join(', ')}`;
    throw refusal('resume.unknown', `${folder.path} has no unfinished run ${run}`, { hint });
  }
  const newest = runs[0];
  if (newest === undefined)
    throw refusal('resume.none', `${folder.path} has no unfinished run to go on with`, {
      hint: 'run without --resume, or name the results folder with --out',
    });
  const finished = await folder.finished();
  if (finished?.resumes === newest.run) {
    throw refusal('resume.done', `the newest unfinished run, ${newest.run}, was already finished by ${finished.run}`, {
      hint: `name it to run its rest once more: --resume ${newest.run}`,
    });
  }
  return newest;
}

/** Reads an unfinished run. Throws a refusal that says what differs where its plan is not the one given. */
export async function planResume(source: UnfinishedRun, plan: PlanFacts): Promise<ResumePlan> {
  const state = await foldJournal(source.journalPath);
  const differences = state.started === undefined ? ['it has no header'] : differencesOf(state.started, plan);
  if (differences.length > 0) {
    throw refusal('resume.plan', `the run ${source.run} can't be gone on with: its plan was another`, {
      mistakes: differences,
      hint: 'start anew without --resume',
    });
  }
  const kept = new Set<string>();
  const sessions = new Set<string>();
  for (const { site, verdict, open, session } of state.sites()) {
    if (!isKept(verdict, open)) continue;
    kept.add(site.id);
    if (session !== undefined) sessions.add(session.opened.sessionId);
  }
  return {
    run: source.run,
    kept,
    keptEvents: () => keptEvents(source.journalPath, kept, sessions),
    copyEvidence: (folder) => copyEvidence(source, folder, kept),
  };
}

function isKept(verdict: SiteVerdict, open: boolean): boolean {
  return !open && verdict.verdict !== 'not-run';
}

async function* keptEvents(
  path: string,
  kept: ReadonlySet<string>,
  sessions: ReadonlySet<string>,
): AsyncGenerator<Undated, void, void> {
  for await (const event of replay(path)) {
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
  if (before.planHash !== now.planHash && differences.length === 0) {
    differences.push('the entries of the site list, the selection (--site, --tag, --grep) or the durations file');
  }
  return differences;
}
