import type { CheckResult } from '../../core/attempt.ts';
import { GridrunError, makeFault } from '../../core/fault.ts';
import type { AttemptOrder, AttemptOutcome } from '../../core/ports.ts';
import type { StallReport } from '../protocol.ts';

/** How a worker died. */
export interface WorkerDeath {
  /** `exit code 1`, `SIGKILL`; empty if it is no longer known. */
  readonly how: string;
  /** The watchdog's report, if the worker stood still. */
  readonly stall: StallReport | undefined;
}

/** The outcome of the attempt that held its worker. It timed out, so it is not tried again: it would hold the next worker too. */
export function endlessLoop(
  checks: ReadonlyMap<string, CheckResult>,
  stall: StallReport,
  stallLimitMs: number,
): AttemptOutcome {
  const place = stall.where === '' ? '' : ` (at ${stall.where})`;
  const fault = makeFault(
    'runner.endless-loop',
    `the check blocked its process for more than ${stallLimitMs} ms${place}`,
    { hint: 'look for an endless loop or a long computation' },
  );
  const decided = [...checks.values()];
  const standing =
    stall.check === '' || checks.has(stall.check)
      ? []
      : [{ title: stall.check, status: 'errored' as const, durationMs: 0, fault }];
  return { ending: 'timed-out', checks: [...decided, ...standing], fault, sessionDirty: true };
}

/** The outcome of an attempt that was lost because its worker died. */
export function lostWith(
  order: AttemptOrder,
  checks: ReadonlyMap<string, CheckResult>,
  { how, stall }: WorkerDeath,
): AttemptOutcome {
  if (order.signal.aborted) return interrupted(checks);
  const culprit = stall === undefined ? '' : ', because a check of another site blocked it';
  const fault = makeFault(
    'runner.worker-died',
    `the process that ran the checks of this site crashed${how === '' ? '' : ` (${how})`}${culprit}`,
  );
  return { ending: 'faulted', checks: [...checks.values()], fault, sessionDirty: true };
}

/** How many changes of the process a message names. */
const MAX_NAMES = 5;

/** The first of some names, for a message. */
export function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}

/** The outcome of an attempt whose results are worth nothing, because checks of other sites changed what it uses. */
export function repeated(reason: string): AttemptOutcome {
  const fault = makeFault('runner.shared-process', `repeated in a process of its own: ${reason}`);
  return { ending: 'faulted', checks: [], fault, sessionDirty: true };
}

/** The outcome of an attempt whose run was stopped, with the checks that were decided by then. */
export function interrupted(checks: ReadonlyMap<string, CheckResult>): AttemptOutcome {
  const fault = makeFault('runner.interrupted', 'the run was stopped');
  return { ending: 'interrupted', checks: [...checks.values()], fault, sessionDirty: true };
}

/** The error of a worker that died while it loaded `file`. If its event loop stood still, the file has a mistake. */
export function loadDeath(file: string, { how, stall }: WorkerDeath): GridrunError {
  if (how.startsWith('spawn ')) {
    return new GridrunError('runner.system', `cannot start a worker: ${how}`, {
      hint: 'allow more open files (ulimit -n) or processes, or free memory',
    });
  }
  if (stall === undefined) {
    const doing = file === '' ? 'starting' : `loading ${file}`;
    return new GridrunError('runner.worker-died', `the process that runs your checks crashed while ${doing} (${how})`, {
      hint: 'look for process.exit, a native module or high memory use in what the check files import',
    });
  }
  return new GridrunError('checks.not-loaded', 'the check files could not be loaded', {
    mistakes: [`${file}: loading this file never ends`],
    hint: 'look for an endless loop outside of it()',
  });
}
