import { fieldOf } from '../../../core/as-error.ts';

/**
 * How long `actions` of a WebDriver "Perform Actions" command last, in ms: each tick takes as long as the longest pause or
 * move in it. 0 for anything else. Source: https://www.w3.org/TR/webdriver2/#dfn-compute-the-tick-duration
 */
export function actionsMs(actions: unknown): number {
  if (!Array.isArray(actions)) return 0;
  const ticks: number[] = [];
  for (const source of actions) {
    const items = fieldOf(source, 'actions');
    if (!Array.isArray(items)) continue;
    for (const [tick, item] of items.entries()) {
      const duration = fieldOf(item, 'duration');
      if (typeof duration === 'number') ticks[tick] = Math.max(ticks[tick] ?? 0, duration);
    }
  }
  return ticks.reduce((sum, ms) => sum + ms, 0);
}
