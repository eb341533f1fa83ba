import { NO_LOADS, type Loads } from '../attribution/failure-rates.ts';

/** All loads together. */
export function sum(all: readonly Loads[]): Loads {
  return all.reduce(
    (total, { failed, all: count }) => ({ failed: total.failed + failed, all: total.all + count }),
    NO_LOADS,
  );
}
