import type Mocha from 'mocha';
import type { CheckResults } from './check-results.ts';
import { titleOf } from '../lane/suite-plan.ts';

/**
 * The checks that report a failed hook's error, as `CheckPlan.title`: those it kept from running, and for an `after`
 * hook the check before it. Without them the error would be lost.
 */
export function checksBehind(hook: Mocha.Runnable, current: Mocha.Test | undefined, results: CheckResults): string[] {
  const below: Mocha.Test[] = [];
  hook.parent?.eachTest((test) => void below.push(test));
  const titles = below.filter((test) => !isSkipped(test)).map(titleOf);
  const undecided = titles.filter((title) => results.get(title) === undefined);
  if (hook.title.startsWith('"after all"')) {
    const last = below.map(titleOf).findLast((title) => results.get(title) !== undefined);
    return last === undefined ? undecided : [last];
  }
  if (hook.title.startsWith('"after each"') && current !== undefined) {
    return [...new Set([titleOf(current), ...undecided])];
  }
  return undecided;
}

/** The checks below a failed hook that are skipped in their file. mocha reports nothing about them any more. */
export function skippedBehind(hook: Mocha.Runnable, results: CheckResults): Mocha.Test[] {
  const skipped: Mocha.Test[] = [];
  hook.parent?.eachTest((test) => {
    if (isSkipped(test)) skipped.push(test);
  });
  return skipped.filter((test) => results.get(titleOf(test)) === undefined);
}

function isSkipped(test: Mocha.Test): boolean {
  return test.isPending();
}
