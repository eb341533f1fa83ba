import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CommandResult, RunningCommand, Workplace } from '../support/command.ts';
import { processesOf } from '../support/left-behind.ts';
import { differences } from '../support/same-reports.ts';
import { isReached, journalSize, processOf, type KillPlace, type Target } from './kill-place.ts';

/** How to start gridrun in each trial, and what its undisturbed run left. */
export interface Subject {
  readonly place: Workplace;
  readonly args: readonly string[];
  /** The folder of the undisturbed run, whose reports every trial must repeat. */
  readonly reference: string;
  readonly exitCode: number | null;
  readonly siteCount: number;
  /** The sessions that are open on the grid; none are counted for Chrome, whose processes are. */
  readonly openSessions: () => number;
}

/** What a chain of kills did to one run. Each number but `kills` and `late` must be 0. */
export interface Toll {
  readonly kills: Record<Target, number>;
  /** The run ended before it came to the place of the kill. */
  late: number;
  /** Sites without a verdict, and attachments without a file. */
  lost: number;
  /** Sites with two verdicts, or tried again after their verdict. */
  doubled: number;
  /** Sessions, processes and folders. */
  leaked: number;
  /** Reports and exit codes unlike those of the undisturbed run. */
  differing: number;
  /** What was wrong, in words. */
  readonly wrong: string[];
}

export function noToll(): Toll {
  const kills = { parent: 0, group: 0, worker: 0 };
  return { kills, late: 0, lost: 0, doubled: 0, leaked: 0, differing: 0, wrong: [] };
}

/** Kills one run at each of these places, one after the other, resumes it to its end, and counts the toll. */
export async function trial(subject: Subject, name: string, places: readonly KillPlace[], toll: Toll): Promise<void> {
  const { place } = subject;
  const before = { judged: new Set<string>(), runs: new Set<string>() };
  const folder = join(place.folder, name);
  mkdirSync(folder, { recursive: true });
  for (const [index, killPlace] of [...places, undefined].entries()) {
    let command = start(subject, name, index > 0);
    let ended = killPlace === undefined ? await command.ended : await killAt(command, killPlace, folder, toll);
    // A run that was killed before it had a journal cannot be resumed.
    if (ended?.code === 2 && ended.stderr.includes('code: resume.none')) {
      command = start(subject, name, false);
      ended = killPlace === undefined ? await command.ended : await killAt(command, killPlace, folder, toll);
    }
    await countRepeated(place, name, before, toll);
    if (ended !== undefined) return await weigh(subject, name, ended, toll);
  }
}

/** `setsid` makes gridrun the leader of a process group, as a shell does. */
function start({ place, args }: Subject, out: string, resume: boolean): RunningCommand {
  const env = { TMPDIR: join(place.folder, 'state') };
  return place.start([...args, '--out', out, ...(resume ? ['--resume'] : [])], { env, shell: 'exec setsid "$@"' });
}

/** Returns the end of the run if it ended by itself, at the latest after a worker of it was killed. */
async function killAt(
  command: RunningCommand,
  place: KillPlace,
  out: string,
  toll: Toll,
): Promise<CommandResult | undefined> {
  const before = journalSize(join(out, 'events.ndjson'));
  const parent = command.process.pid ?? 0;
  let ended: CommandResult | undefined;
  void command.ended.then((result) => (ended = result));
  while (ended === undefined) {
    const victim = isReached(place, parent, out, before) ? processOf(place, parent) : undefined;
    if (victim !== undefined && kill(victim)) {
      toll.kills[place.target] += 1;
      const result = await command.ended;
      return place.target === 'worker' ? result : undefined;
    }
    await delay(2);
  }
  toll.late += 1;
  return ended;
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

/** The runs of a chain that were counted, and the sites that they judged. */
interface Counted {
  readonly runs: Set<string>;
  readonly judged: Set<string>;
}

/** Counts the sites that the newest run tried although an earlier one of the chain had judged them, or judged twice. */
async function countRepeated(place: Workplace, out: string, { runs, judged }: Counted, toll: Toll): Promise<void> {
  const journal = await place.journal(out);
  const run = journal.flatMap((event) => (event.type === 'run-started' ? event.run : []))[0];
  // A run that was killed early has not replaced the journal of the one before.
  if (run === undefined || runs.has(run)) return;
  runs.add(run);
  const inThisRun = new Set<string>();
  for (const event of journal) {
    if (event.type === 'attempt-started' && judged.has(event.siteId))
      blame(toll, 'doubled', `${event.siteId} ran again`);
    if (event.type !== 'site-judged' || event.amended) continue;
    const { siteId } = event.verdict;
    if (inThisRun.has(siteId)) blame(toll, 'doubled', `${siteId} has two verdicts`);
    inThisRun.add(siteId);
  }
  for (const siteId of inThisRun) judged.add(siteId);
}

async function weigh(
  subject: Subject,
  out: string,
  { code, stdout, stderr }: CommandResult,
  toll: Toll,
): Promise<void> {
  const { place, reference, siteCount, exitCode } = subject;
  if (code !== exitCode)
    return blame(
      toll,
      'differing',
      `exit ${code} instead of ${exitCode}: ${stdout.slice(-300)} ${stderr.slice(0, 500)}`,
    );
  const verdicts = (await place.results(out).catch(() => undefined))?.sites ?? [];
  for (let missing = verdicts.length; missing < siteCount; missing += 1) blame(toll, 'lost', 'a site has no verdict');
  for (const { verdict, id } of verdicts) if (verdict === 'not-run') blame(toll, 'lost', `${id} is not-run`);
  for (const path of await attachments(place, out))
    if (!existsSync(join(place.folder, out, path))) blame(toll, 'lost', `${path} is not there`);
  for (const text of await differences(place, reference, out)) blame(toll, 'differing', text);
  for (const text of leftBehind(subject, out)) blame(toll, 'leaked', text);
}

async function attachments(place: Workplace, out: string): Promise<string[]> {
  const { sites } = await place.results(out).catch(() => ({ sites: [] }));
  return sites.flatMap((site) => site.checks.flatMap((check) => (check.attachments ?? []).map(({ path }) => path)));
}

function leftBehind({ place, reference, openSessions }: Subject, out: string): string[] {
  const state = join(place.folder, 'state');
  // Runs that were cut off stay in `unfinished/`, with their evidence.
  const known = new Set([...readdirSync(join(place.folder, reference)), 'unfinished']);
  return [
    ...Array.from({ length: openSessions() }, () => 'a session is open'),
    ...processesOf(join(place.folder, 'state')).map((command) => `still runs: ${command.slice(0, 200)}`),
    ...readdirSync(state, { recursive: true, withFileTypes: true })
      .filter(({ parentPath }) => parentPath !== state)
      .map(({ parentPath, name }) => `left: ${parentPath}/${name}`),
    ...readdirSync(join(place.folder, out))
      .filter((name) => !known.has(name))
      .map((name) => `left: ${out}/${name}`),
  ];
}

function blame(toll: Toll, kind: 'lost' | 'doubled' | 'leaked' | 'differing', text: string): void {
  toll[kind] += 1;
  toll.wrong.push(`${kind}: ${text}`);
}
