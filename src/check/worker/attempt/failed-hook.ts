import type Mocha from 'mocha';
import type { CheckResults } from './check-results.ts';
import { kindOf } from '../lane/definitions.ts';
import { isPlanned, titleOf } from '../lane/suite-plan.ts';

/**
 * The checks that report a failed hook's error, as `CheckPlan.title`: those it kept from running, and for an `after`
 * hook the check before it. Without them the error would be lost.
 */
export function checksBehind(hook: Mocha.Runnable, current: Mocha.Test | undefined, results: CheckResults): string[] {
  const below: Mocha.Test[] = [];
  hook.parent?.eachTest((test) => {
    if (isPlanned(test)) below.push(test);
  });
  const titles = below.filter((test) => !isSkipped(test)).map(titleOf);
  const undecided = titles.filter((title) => results.get(title) === undefined);
  const behind = [...undecided];
  const last = below.map(titleOf).findLast((title) => results.get(title) !== undefined);
  const kind = kindOf(hook);
  if (kind === 'afterAll' && last !== undefined) return [last];
  if (kind === 'afterEach' && current !== undefined && isPlanned(current)) behind.unshift(titleOf(current));
  if (behind.length > 0) return [...new Set(behind)];
  // All of its checks are decided or skipped. The error must show all the same.
  return [last ?? below.map(titleOf)[0] ?? results.last() ?? results.first()];
}

/** The checks below a failed hook that are skipped in their file. mocha reports nothing about them any more. */
export function skippedBehind(hook: Mocha.Runnable, results: CheckResults): Mocha.Test[] {
  const skipped: Mocha.Test[] = [];
  hook.parent?.eachTest((test) => {
    if (isSkipped(test) && isPlanned(test)) skipped.push(test);
  });
  return skipped.filter((test) => results.get(titleOf(test)) === undefined);
}

function isSkipped(test: Mocha.Test): boolean {
  return test.isPending();
}
