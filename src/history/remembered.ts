import { existsSync } from 'node:fs';
import type { ComparedWith, EarlierLoads } from './earlier-loads.ts';
import { History } from './history.ts';

/**
 * What each site is expected to take, in ms, by its id. Opens the history once and closes it. Empty if there is no
 * history yet. Throws what `History.open` throws.
 */
export function rememberedDurations(path: string): ReadonlyMap<string, number> {
  if (!existsSync(path)) return new Map();
  using history = History.open(path);
  return history.durations();
}

/** Older runs say little about a site of today. */
const LAST_RUNS = 30;

/** How often each check failed by itself in earlier runs. Empty if there is no history yet. Throws what `History.open` throws. */
export function rememberedLoads(path: string, comparedWith: ComparedWith): EarlierLoads {
  if (!existsSync(path)) return new Map();
  using history = History.open(path);
  return history.loads(LAST_RUNS, comparedWith);
}
