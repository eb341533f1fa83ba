import type { CheckResult } from '../../core/attempt.ts';
import { isCode, type ErrorCode } from '../../core/error-codes.ts';
import { makeFault } from '../../core/fault.ts';
import type { AttemptOutcome, CheckRunner, Grid } from '../../core/ports.ts';

/** What a site's check says if the browser found nothing at the site's address. */
const UNREACHED = [
  'site.connection-lost',
  'site.dns',
  'site.no-answer',
  'site.refused',
  'site.tls',
  'site.unreachable',
] as const satisfies readonly ErrorCode[];

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
  return isCode(fault?.code, ...UNREACHED);
}

function withReason(outcome: AttemptOutcome, why: string): AttemptOutcome {
  const checks = outcome.checks.map((check) =>
    isUnreached(check)
      ? { ...check, fault: makeFault('grid.loopback-sites', `${why}; ${check.fault?.message}`) }
      : check,
  );
  return { ...outcome, checks };
}
