import { existsSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { refusal } from '../core/fault.ts';
import type { ReporterOptions } from '../core/options.ts';
import { exitOf, outcomeOf } from '../core/outcome.ts';
import { RunState } from '../core/run-state.ts';
import { createReporters, withoutTerminal } from '../report/create.ts';
import { Multiplexer } from '../report/multiplexer.ts';
import { Journal } from '../results/journal.ts';
import { linkEvidence } from '../results/merge-evidence.ts';
import { mergeShards } from '../results/merge.ts';
import { replay } from '../results/replay.ts';
import { ResultsJsonReporter } from '../results/results-json.ts';
import { EVIDENCE, HISTORY, JOURNAL, RESULTS_JSON } from '../results/layout.ts';
import { RunFolder } from '../results/run-folder.ts';
import { chooseShards, readShards } from '../results/shards.ts';
import type { RunSummary } from './run/handle.ts';
import { runHistory } from './run/history.ts';
import type { Terminal } from './run/reporters.ts';
import { version } from '../version.ts';

export interface MergeOptions {
  /** Everything relative is relative to this folder. */
  readonly cwd: string;
  /** The results folders of the shards, or folders that hold several. */
  readonly folders: readonly string[];
  readonly out: string;
  readonly reporters: readonly ReporterOptions[];
  /** Where terminal reporters write; without one nothing is printed. */
  readonly terminal?: Terminal;
}

const SILENT: Terminal = { stream: { write: () => true }, isTTY: false, columns: 80, color: false };

/**
 * Merges the shards of a run into one results folder, with the reports that one run would have. What is wrong with the
 * shards is in the reports and in the exit code. Throws a refusal where there is nothing to merge, and where the
 * results folder is one of the shards.
 */
export async function mergeReports(options: MergeOptions): Promise<RunSummary> {
  const { cwd, terminal = SILENT } = options;
  const out = resolve(cwd, options.out);
  const found = await readShards(options.folders.map((folder) => resolve(cwd, folder)));
  refuseOwnInput(
    out,
    found.map(({ path }) => path),
  );
  const { shards, faults } = chooseShards(found.map((folder) => ({ ...folder, path: shownPath(cwd, folder.path) })));
  using folder = await RunFolder.open(out);
  await folder.setAside();
  await folder.clear();

  const state = new RunState();
  let at = 0;
  const journal = Journal.open(folder.journalPath, { now: () => at });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => journal.close());
  const failures = (): Multiplexer['failures'] => [
    ...reporters.failures,
    ...(journal.failure === undefined ? [] : [{ reporter: 'journal', error: journal.failure }]),
  ];
  const asked = options.terminal === undefined ? withoutTerminal(options.reporters) : options.reporters;
  const named = createReporters(asked, { state, ...terminal, now: Date.now, cwd, out, reportFailures: failures });
  const results = { name: RESULTS_JSON, reporter: new ResultsJsonReporter(state, join(out, RESULTS_JSON)) };
  const history = runHistory(join(out, HISTORY), state);
  const remembered = history.reporter === undefined ? [] : [history.reporter];
  const reporters: Multiplexer = new Multiplexer(state, [results, ...remembered, ...named]);

  const sources = shards.map(({ path, header, finished }) => ({
    path,
    header,
    finished,
    events: replay(join(resolve(cwd, path), JOURNAL)),
  }));
  for await (const event of mergeShards(sources, faults, version())) {
    const { at: happenedAt, ...undated } = event;
    at = happenedAt;
    if (event.type === 'run-ended' && history.notice !== undefined) reporters.onEvent(journal.append(history.notice));
    reporters.onEvent(journal.append(undated));
  }
  for (const { path } of shards) await linkEvidence(join(resolve(cwd, path), EVIDENCE), folder.evidencePath);
  await journal.flush();
  await reporters.finish();
  const exit = exitOf(outcomeOf(state, failures().length > 0));
  return {
    run: state.started?.run ?? '',
    exitCode: exit.code,
    reasons: exit.reasons,
    counts: state.counts(),
    durationMs: state.durationMs,
    out,
  };
}

/** A merge makes room in its results folder: what it reads must not lie in the way. */
function refuseOwnInput(out: string, inputs: readonly string[]): void {
  const real = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
  const own = inputs.filter(
    (input) => real(input) === real(out) || `${real(input)}${sep}`.startsWith(`${join(real(out), EVIDENCE)}${sep}`),
  );
  if (own.length === 0) return;
  const mistakes = own.map((input) => `${input} is both a shard and the results folder of the merge`);
  throw refusal('merge.out', 'the results of the merge would overwrite a shard', {
    mistakes,
    hint: 'give another folder with --out',
  });
}

/** Short where it lies under the working directory. */
function shownPath(cwd: string, path: string): string {
  return path.startsWith(`${cwd}${sep}`) ? path.slice(cwd.length + 1) : path;
}
