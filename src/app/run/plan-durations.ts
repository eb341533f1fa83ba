import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PlanOptions } from '../../core/options.ts';
import { readDurations } from '../../plan/durations.ts';
import { RESULTS_JSON } from '../../results/layout.ts';
import { readResults } from '../../results/read-results.ts';

/** How long each site is expected to take, in ms, by its id. */
export interface PlanDurations {
  /** From the file that the user named. Shards are balanced by it, so it is part of the plan's hash. */
  readonly named: ReadonlyMap<string, number> | undefined;
  /** From earlier runs. It only orders the work. */
  readonly known: ReadonlyMap<string, number>;
}

/** Reads the file that `--durations` names. Throws a refusal if it cannot be read. */
export async function namedDurations(
  { durations, cwd }: Pick<PlanOptions, 'durations' | 'cwd'>,
  signal: AbortSignal,
): Promise<PlanDurations['named']> {
  return durations === undefined ? undefined : await readDurations(durations, { cwd, signal });
}

/** What earlier runs tell: the history, or else the last run in the results folder. */
export async function knownDurations(
  out: string,
  remembered: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, number>> {
  return remembered.size > 0 ? remembered : lastDurations(join(out, RESULTS_JSON));
}

/** Empty if the last run left no file that can be read. */
async function lastDurations(path: string): Promise<ReadonlyMap<string, number>> {
  if (!existsSync(path)) return new Map();
  try {
    const { sites } = await readResults(path);
    return new Map(sites.flatMap(({ id, durationMs = 0 }) => (durationMs > 0 ? [[id, durationMs]] : [])));
  } catch {
    return new Map();
  }
}
