import type { CheckResult } from '../../core/attempt.ts';
import { isCode } from '../../core/error-codes.ts';
import { makeFault } from '../../core/fault.ts';
import type { AttemptOutcome, CheckRunner, Grid } from '../../core/ports.ts';
import { UNREACHED_CODES } from '../../core/unreached-codes.ts';

/** A runner that blames no site for an address that means another machine to the browsers of the grid. */
export function sparingSites(runner: CheckRunner, grid: Grid): CheckRunner {
  return {
    async attempt(order) {
      const outcome = await runner.attempt(order);
      if (!outcome.checks.some(isUnreached)) return outcome;
      const why = await grid.whyUnreached?.(order.site.url, order.session.node);
      return why === undefined ? outcome : withReason(outcome, why);
    },
    onLateError: (listener) => runner.onLateError(listener),
    [Symbol.asyncDispose]: async () => await runner[Symbol.asyncDispose](),
  };
}

function isUnreached({ fault }: CheckResult): boolean {
  return isCode(fault?.code, ...UNREACHED_CODES);
}

function withReason(outcome: AttemptOutcome, why: string): AttemptOutcome {
  const checks = outcome.checks.map((check) =>
    isUnreached(check)
      ? { ...check, fault: makeFault('grid.loopback-sites', `${why}; ${check.fault?.message}`) }
      : check,
  );
  return { ...outcome, checks };
}
