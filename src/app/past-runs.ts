import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildsOf } from '../core/builds.ts';
import { comparisonOutcome, type Comparison } from '../core/comparison.ts';
import { refusal } from '../core/fault.ts';
import { exitOf } from '../core/outcome.ts';
import { dayOf } from '../expectations/expectation.ts';
import { readExpectationsText } from '../expectations/read.ts';
import { updateExpectations } from '../expectations/update.ts';
import { History } from '../history/history.ts';
import { compareText } from '../report/look-back/compare-text.ts';
import { expectationsUpdateText } from '../report/look-back/expectations-text.ts';
import { historyText } from '../report/look-back/history-text.ts';
import { compareRuns } from '../results/compare.ts';
import { readBaseline, readRun, type EarlierRun } from '../results/earlier-runs.ts';
import { foldJournal } from '../results/fold.ts';
import { HISTORY, JOURNAL } from '../results/layout.ts';

/** The output of a command that looks at past runs. */
export interface LookBack {
  readonly text: string;
  readonly exitCode: number;
}

/** Compares a results folder with the newest `nights` runs in `before`. Throws a refusal if one of them has no results. */
export async function compare(
  before: string,
  after: string,
  nights: number,
  color: boolean,
): Promise<LookBack & { readonly comparison: Comparison }> {
  const [earlier, later] = [await readBaseline(before, nights), await readRun(after)];
  refuseOtherShard(earlier, later);
  const comparison = compareRuns(earlier, later);
  return { comparison, text: compareText(comparison, { color }), exitCode: exitOf(comparisonOutcome(comparison)).code };
}

/** The sites of the other shards would all be new, or gone. */
function refuseOtherShard([before]: readonly EarlierRun[], after: EarlierRun): void {
  const shardOf = ({ shard }: EarlierRun): string => `shard ${shard.index}/${shard.total}`;
  if (before === undefined || shardOf(before) === shardOf(after)) return;
  throw refusal('compare.shards', `the earlier run is ${shardOf(before)} and the later run is ${shardOf(after)}`, {
    hint: 'merge the shards of each run first: gridrun merge-reports',
  });
}

/** Shows how a site did in all runs of the history in `out`. */
export function story(out: string, siteId: string, color: boolean): LookBack {
  const file = join(out, HISTORY);
  if (!existsSync(file)) {
    throw refusal('history.none', `there is no history at ${file}`, {
      hint: 'run gridrun first, or pass the results folder of a run with --out',
    });
  }
  using history = History.open(file);
  return { text: historyText(history.story(siteId), { color }), exitCode: 0 };
}

/** Rebuilds the history in `out` from the journals of these results folders. */
export async function rebuildHistory(out: string, folders: readonly string[]): Promise<LookBack> {
  const states = async function* () {
    for (const folder of folders) yield await foldJournal(join(folder, JOURNAL));
  };
  await History.rebuild(join(out, HISTORY), states());
  return { text: `rebuilt the history in ${out} from ${folders.length} runs\n`, exitCode: 0 };
}

/** Updates a file of expectations from a run: adds what failed, removes what passed, keeps the rest. */
export async function updateExpectationsFile(file: string, folder: string): Promise<LookBack> {
  const text = existsSync(file) ? await readExpectationsText(file, '.') : '';
  const state = await foldJournal(join(folder, JOURNAL));
  const update = updateExpectations(text, file, state, {
    today: dayOf(Date.now()),
    extension: buildsOf(state)?.subject.version,
  });
  if (update.text !== text) {
    await writeFile(file, update.text).catch((error: unknown) => {
      const { message } = error as Error;
      throw refusal('expectations.file', `cannot write the known failures to ${file}: ${message}`, {
        hint: 'its folder must exist, and you need the right to write there',
      });
    });
  }
  return { text: expectationsUpdateText(update, file), exitCode: 0 };
}
