import { existsSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { Undated } from '../core/event.ts';
import { refusal } from '../core/fault.ts';
import type { ReportOptions } from '../core/options.ts';
import { EVIDENCE, HISTORY, JOURNAL } from '../results/layout.ts';
import { linkEvidence } from '../results/merge-evidence.ts';
import { mergeShards } from '../results/merge.ts';
import { replay } from '../results/replay.ts';
import { lockTakenOver, RunFolder } from '../results/run-folder.ts';
import type { ShardEvents } from '../results/shard-cursor.ts';
import { chooseShards, readShards, type Shard, shardsWithOtherImports } from '../results/shards.ts';
import { version } from '../version.ts';
import { conclude } from './run/conclude.ts';
import type { RunSummary } from './run/handle.ts';
import { readHistory } from './run/history.ts';
import { openBooks } from './run/open-books.ts';
import type { Terminal } from './run/reporters.ts';

export interface MergeOptions extends ReportOptions {
  /** The results folders of the shards, or folders that hold several. */
  readonly folders: readonly string[];
  /** Where terminal reporters write. Without one nothing is printed. */
  readonly terminal?: Terminal;
}

/**
 * Merges the shards of a run into one results folder, with the reports that one run would have. Uses the second and the
 * fourth phase of a run. What is wrong with the shards is in the reports and in the exit code. Throws a refusal if
 * there is nothing to merge, or if the results folder is one of the shards.
 */
export async function mergeReports(options: MergeOptions): Promise<RunSummary> {
  const { cwd, reporters, terminal } = options;
  const out = resolve(cwd, options.out);
  const found = await readShards(options.folders.map((folder) => resolve(cwd, folder)));
  const inputs = found.map(({ path }) => path);
  refuseOwnInput(out, inputs);
  const { shards, faults } = chooseShards(found.map((folder) => ({ ...folder, path: shownPath(cwd, folder.path) })));
  using folder = await RunFolder.open(out);
  await folder.setAside();

  let at = 0;
  const { notice } = readHistory(join(out, HISTORY));
  await using books = await openBooks({
    report: { cwd, out, reporters },
    terminal,
    folder,
    journal: { now: () => at, again: 'merge again' },
    historyNotice: notice,
  });
  const { tookOver } = folder;
  const last: Undated[] = [
    ...(tookOver === undefined ? [] : [lockTakenOver(tookOver)]),
    ...(notice === undefined ? [] : [notice]),
    ...importsNotice(shards),
  ];
  for await (const { at: happenedAt, ...event } of mergeShards(eventsOf(shards, cwd), faults, version())) {
    at = happenedAt;
    if (event.type === 'run-ended') last.push(event);
    else books.emit(event);
  }
  for (const { path } of shards) await linkEvidence(join(resolve(cwd, path), EVIDENCE), folder.evidencePath);
  return await conclude(books, last);
}

function importsNotice(shards: readonly Shard[]): Undated[] {
  const others = shardsWithOtherImports(shards);
  if (others.length === 0) return [];
  const text = `the check files of ${others.join(', ')} import other modules than those of the first shard, so their checks may differ`;
  return [{ type: 'notice', level: 'warning', code: 'merge.imports', text }];
}

function eventsOf(shards: readonly Shard[], cwd: string): ShardEvents[] {
  return shards.map(({ path, header, finished }) => ({
    path,
    header,
    finished,
    events: replay(join(resolve(cwd, path), JOURNAL)),
  }));
}

/** A merge clears its results folder, so what it reads must not be in there. */
function refuseOwnInput(out: string, inputs: readonly string[]): void {
  const real = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
  const own = inputs.filter(
    (input) => real(input) === real(out) || `${real(input)}${sep}`.startsWith(`${join(real(out), EVIDENCE)}${sep}`),
  );
  if (own.length === 0) return;
  const mistakes = own.map((input) => `${input} is both a shard and the results folder of the merge`);
  throw refusal('merge.out', 'the merge would overwrite a shard', {
    mistakes,
    hint: 'pass another folder with --out',
  });
}

/** Relative to the working directory if it is in it. */
function shownPath(cwd: string, path: string): string {
  return path.startsWith(`${cwd}${sep}`) ? path.slice(cwd.length + 1) : path;
}
