import { makeFault, type Fault } from '../core/fault.ts';
import type { AttemptOutcome } from '../core/ports.ts';
import { neededMisses, type ReplayMiss, type ReplayRecord } from '../core/replay-record.ts';
import { isFailing } from '../core/verdict.ts';

const MAX_SHOWN = 3;

/**
 * The outcome of an attempt whose recording had these hits and misses. If the page lacked a document, a script or a style
 * sheet, it was another page: a failure on it says nothing, so it becomes errored, cause site.
 */
export function withRecord(outcome: AttemptOutcome, record: ReplayRecord): AttemptOutcome {
  const needed = neededMisses(record);
  if (needed.length === 0) return { ...outcome, replay: record };
  const { fault, ...rest } = outcome;
  const checks = outcome.checks.map((check) => {
    if (!isFailing(check.status) || isOfAnother(check.fault)) return check;
    return { ...check, status: 'errored' as const, fault: incomplete(needed, check.fault) };
  });
  const ofAttempt = fault === undefined || isOfAnother(fault) ? fault : incomplete(needed, fault);
  return { ...rest, ...(ofAttempt === undefined ? {} : { fault: ofAttempt }), checks, replay: record };
}

/** Has it nothing to do with the page? */
function isOfAnother(fault: Fault | undefined): boolean {
  return fault?.cause === 'grid' || fault?.cause === 'runner';
}

function incomplete(needed: readonly ReplayMiss[], fault: Fault | undefined): Fault {
  const shown = needed.slice(0, MAX_SHOWN).map(({ kind, url }) => `${kind} ${url}`);
  const more = needed.length > MAX_SHOWN ? ` and ${needed.length - MAX_SHOWN} more` : '';
  const why = fault === undefined ? '' : `; the page failed with: ${fault.message}`;
  return makeFault('replay.incomplete', `the recording lacks ${shown.join(', ')}${more}${why}`, {
    stack: fault?.stack,
  });
}
