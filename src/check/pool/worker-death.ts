import { statusOf, type CheckResult } from '../../core/attempt.ts';
import type { CheckPlan } from '../../core/check.ts';
import { GridrunError, makeFault, type Fault } from '../../core/fault.ts';
import { isFailing } from '../../core/verdict.ts';
import type { AttemptOrder, AttemptOutcome } from '../../core/ports.ts';
import { namesOf } from '../../text/names-of.ts';
import type { StallReport } from '../protocol.ts';
import type { Running } from './running-attempts.ts';
import { OVERTIME_MS } from './attempt-limit.ts';
import { STOPPED } from './worker-channel.ts';

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
      : [{ title: stall.check, status: statusOf(fault), durationMs: 0, fault }];
  return { ending: 'timed-out', checks: [...decided, ...standing], fault, sessionDirty: true };
}

/** What a message names if nobody knows what a check has changed. */
export const BROKEN = 'what gridrun needs to end an attempt';

/**
 * The outcome of an attempt that ran alone in its process and that the worker could not end. It is not tried again: it would
 * do the same. The first check without a result is the one that failed.
 */
export function brokenProcess(
  { order, checks }: Pick<Running, 'order' | 'checks'>,
  planned: readonly CheckPlan[],
  changed: readonly string[],
): AttemptOutcome {
  if (order.signal.aborted) return interrupted(checks);
  const limitMs = order.site.timeoutMs ?? order.siteTimeoutMs;
  const fault = makeFault(
    'check.broke-process',
    `the checks of the site did not end within ${limitMs + OVERTIME_MS} ms, because a check has broken its process (${namesOf(changed.length > 0 ? changed : [BROKEN])} changed)`,
    { hint: 'let checks put back what they replace, in a hook' },
  );
  // The worker may have got as far as its own time-out.
  const decided = [...checks.values()].map((check) =>
    check.fault?.code === 'site.timeout' ? { ...check, status: statusOf(fault), fault } : check,
  );
  const open = planned.find(({ title }) => !checks.has(title));
  const failed = open === undefined ? [] : [{ title: open.title, status: statusOf(fault), durationMs: 0, fault }];
  return { ending: 'timed-out', checks: [...decided, ...failed], fault, sessionDirty: true };
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
    how === STOPPED
      ? `the process that runs the checks of this site did not run any more: ${how}`
      : `the process that ran the checks of this site crashed${how === '' ? '' : ` (${how})`}${culprit}`,
  );
  return { ending: 'faulted', checks: [...checks.values()], fault, sessionDirty: true };
}

/** How a process ends that something outside has killed, such as a system without memory. */
const FROM_OUTSIDE = /^(SIGKILL|SIGTERM|SIGHUP|SIGINT|SIGQUIT|SIGUSR2|SIGXCPU)?$/;

/** The outcome of an attempt that was lost while it ran alone in its worker: its checks have ended the process. */
export function lostAlone(
  order: AttemptOrder,
  checks: ReadonlyMap<string, CheckResult>,
  death: WorkerDeath,
): AttemptOutcome {
  const { how, stall } = death;
  if (order.signal.aborted || stall !== undefined || how === STOPPED || FROM_OUTSIDE.test(how))
    return lostWith(order, checks, death);
  const fault = makeFault('check.ended-process', `the checks of the site ended the process that they run in (${how})`);
  return { ending: 'faulted', checks: [...checks.values()], fault, sessionDirty: true };
}

/** The results, with the fault at the last check that passed if none has failed: a hook after it has caused the fault. */
export function chargedIfPassed(checks: readonly CheckResult[], fault: Fault): readonly CheckResult[] {
  if (checks.some(({ status }) => isFailing(status))) return checks;
  const passed = checks.findLastIndex(({ status }) => status === 'passed');
  const charged = passed < 0 ? checks.length - 1 : passed;
  return checks.map((check, index) => (index === charged ? { ...check, status: statusOf(fault), fault } : check));
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
