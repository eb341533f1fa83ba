import { existsSync } from 'node:fs';
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
