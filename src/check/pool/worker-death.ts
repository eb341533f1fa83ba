import type { CheckResult } from '../../core/attempt.ts';
import { GridrunError, makeFault } from '../../core/fault.ts';
import type { AttemptOrder, AttemptOutcome } from '../../core/ports.ts';
import type { StallReport } from '../protocol.ts';

/** How a worker died. */
export interface WorkerDeath {
  /** `exit code 1`, `SIGKILL`; empty where it is not known any more. */
  readonly how: string;
  /** What its watchdog said, where it stood still. */
  readonly stall: StallReport | undefined;
}

/** The check whose endless loop it was: another try would only stand still again. */
export function endlessLoop(
  checks: ReadonlyMap<string, CheckResult>,
  stall: StallReport,
  stallLimitMs: number,
): AttemptOutcome {
  const place = stall.where === '' ? '' : ` (at ${stall.where})`;
  const fault = makeFault(
    'runner.endless-loop',
    `the check held its process for more than ${stallLimitMs} ms without a pause${place}`,
    { hint: 'a loop in the check never ends, or a computation takes too long' },
  );
  const decided = [...checks.values()];
  const standing =
    stall.check === '' || checks.has(stall.check)
      ? []
      : [{ title: stall.check, status: 'errored' as const, durationMs: 0, fault }];
  return { ending: 'timed-out', checks: [...decided, ...standing], fault, sessionDirty: true };
}

/** An attempt that was lost with its worker through no fault of its own. */
export function lostWith(
  order: AttemptOrder,
  checks: ReadonlyMap<string, CheckResult>,
  { how, stall }: WorkerDeath,
): AttemptOutcome {
  if (order.signal.aborted) return interrupted(checks);
  const culprit = stall === undefined ? '' : ', because a check of another site held it';
  const fault = makeFault(
    'runner.worker-died',
    `the worker of this site died${how === '' ? '' : ` (${how})`}${culprit}`,
  );
  return { ending: 'faulted', checks: [...checks.values()], fault, sessionDirty: true };
}

/** An attempt of a run that was stopped; what is decided counts. */
export function interrupted(checks: ReadonlyMap<string, CheckResult>): AttemptOutcome {
  const fault = makeFault('runner.interrupted', 'the run was stopped');
  return { ending: 'interrupted', checks: [...checks.values()], fault, sessionDirty: true };
}

/** A worker that died while it loaded `file`: a loop outside of the checks is a mistake in the file. */
export function loadDeath(file: string, { how, stall }: WorkerDeath): GridrunError {
  if (stall === undefined) {
    return new GridrunError('runner.worker-died', `the worker died while it loaded ${file || 'itself'} (${how})`);
  }
  return new GridrunError('checks.not-loaded', 'the check files could not be loaded', {
    mistakes: [`${file}: loading it does not end`],
    hint: 'look for an endless loop outside of it()',
  });
}
