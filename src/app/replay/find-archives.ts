import { existsSync } from 'node:fs';
import { glob, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import type { Arm } from '../../core/attempt.ts';
import { refusal } from '../../core/fault.ts';
import type { Site } from '../../core/site.ts';
import type { RecordingFacts } from '../../recording/har-archive.ts';
import { readArchive } from '../../recording/read-archive.ts';
import { EVIDENCE, JOURNAL } from '../../results/layout.ts';
import { replay } from '../../results/replay.ts';
import { refuseTogether } from '../run/refuse-together.ts';

/** What the file name of a recording ends with. */
const ARCHIVE_ENDING = '.har.zip';

/** A recording that can be replayed. */
export interface FoundArchive {
  /** Absolute. */
  readonly path: string;
  /** The site as the recorded run had it. */
  readonly site: Site;
  /** When its attempt started, in ms since the epoch. */
  readonly startedAt: number;
  readonly arm: Arm;
  /** Was an extension loaded when it was recorded? */
  readonly hadExtension: boolean;
  /** The titles of the checks that failed when it was recorded; empty if that is not known. */
  readonly failed: readonly string[];
  /** The check files of the recorded run, relative to its working directory; empty if they are not known. */
  readonly checkFiles: readonly string[];
}

/** What the journal of a recorded run says. */
interface RecordedRun {
  readonly sites: ReadonlyMap<string, Site>;
  readonly checkFiles: readonly string[];
}

/**
 * The recordings that files and folders name. Of a folder, it takes one recording for each site: the newest one with the build
 * under test. Of a results folder, only those of its own run. Throws one refusal that names each
 * file that is no recording and each folder that holds none.
 */
export async function findArchives(cwd: string, given: readonly string[]): Promise<FoundArchive[]> {
  const runs = new Map<string, Promise<RecordedRun>>();
  const found = await inTurn(given, async (name) => {
    const path = resolve(cwd, name);
    if (!existsSync(path))
      throw refusal('replay.archive', `there is no file or folder ${path}`, {
        hint: `pass a results folder of a run with --record, or a file that ends with ${ARCHIVE_ENDING}`,
      });
    return (await stat(path)).isDirectory() ? await inFolder(path, runs) : [await describe(path, runs)];
  });
  return found.flat();
}

/** Reads one after the other: each recording may be large. Throws one refusal with the mistakes of all. */
async function inTurn<T>(names: readonly string[], read: (name: string) => Promise<T>): Promise<T[]> {
  const readings: Promise<T>[] = [];
  for (const name of names) {
    const reading = read(name);
    readings.push(reading);
    await reading.catch(() => {});
  }
  return await refuseTogether(...readings);
}

async function inFolder(folder: string, runs: Map<string, Promise<RecordedRun>>): Promise<FoundArchive[]> {
  // A results folder may keep the recordings of earlier runs beside its own.
  const within = existsSync(join(folder, JOURNAL)) ? join(folder, EVIDENCE) : folder;
  const names: string[] = [];
  for await (const name of glob(`**/*${ARCHIVE_ENDING}`, { cwd: within })) names.push(name);
  const all = await inTurn(names, async (name) => await describe(join(within, name), runs));
  if (all.length === 0)
    throw refusal('replay.archive', `${folder} holds no recording`, {
      hint: 'record with --record failures, which keeps the network traffic of sites that fail',
    });
  return [...Map.groupBy(all, ({ site }) => site.id).values()].map(lastOfBuild);
}

/** With the control alone there is no attempt of the build. */
function lastOfBuild(archives: readonly FoundArchive[]): FoundArchive {
  const ofBuild = archives.filter(({ arm }) => arm === 'subject');
  return (ofBuild.length === 0 ? archives : ofBuild).toSorted((a, b) => a.startedAt - b.startedAt).at(-1)!;
}

async function describe(path: string, runs: Map<string, Promise<RecordedRun>>): Promise<FoundArchive> {
  const { log } = await readArchive(path);
  const { site: id, url, entry, started, arm, failed, extension }: RecordingFacts = log._gridrun;
  const folder = runFolderOf(path);
  const run = folder === undefined ? undefined : await once(runs, folder);
  return {
    path,
    site: run?.sites.get(id) ?? { ...entry, id, url },
    startedAt: Date.parse(started),
    arm,
    hadExtension: extension !== undefined,
    failed: failed ?? [],
    checkFiles: run?.checkFiles ?? [],
  };
}

/**
 * The results folder whose run made a recording; undefined if it was taken out of it, or kept there from an earlier run: the
 * journal is that of the newest one.
 */
function runFolderOf(path: string): string | undefined {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, JOURNAL))) return path.startsWith(join(folder, EVIDENCE, sep)) ? folder : undefined;
  return undefined;
}

function once(runs: Map<string, Promise<RecordedRun>>, folder: string): Promise<RecordedRun> {
  const known = runs.get(folder) ?? readRecordedRun(join(folder, JOURNAL));
  runs.set(folder, known);
  return known;
}

async function readRecordedRun(journal: string): Promise<RecordedRun> {
  const sites = new Map<string, Site>();
  const files = new Set<string>();
  for await (const event of replay(journal)) {
    if (event.type === 'run-started') for (const { file } of event.checks) files.add(file);
    if (event.type === 'sites-planned') for (const site of event.sites) sites.set(site.id, site);
  }
  return { sites, checkFiles: [...files] };
}
