import { makeFault, type Fault } from '../../../core/fault.ts';
import type { OrderOnWire, WorkerOptions } from '../../protocol.ts';

/** How long an attempt may take, in ms. */
export interface AttemptLimits {
  readonly attemptMs: number;
  /** One command or page load. */
  readonly commandMs: number;
}

export function attemptLimits({ site, siteTimeoutMs }: OrderOnWire, { checkTimeoutMs }: WorkerOptions): AttemptLimits {
  const attemptMs = site.timeoutMs ?? siteTimeoutMs;
  // 0 means that a check may take any time. Its attempt may not.
  return { attemptMs, commandMs: checkTimeoutMs === 0 ? attemptMs : checkTimeoutMs };
}

/** The site took all of its time. */
export function siteTimeUp({ attemptMs }: AttemptLimits): Fault {
  return makeFault(
    'site.timeout',
    `the checks of the site did not finish within ${attemptMs} ms (--site-timeout, or the site's timeoutMs)`,
  );
}

/** The time was up before the first check could start. */
export function sessionNotReady(sessionId: string, { attemptMs }: AttemptLimits): Fault {
  return makeFault(
    'grid.no-answer',
    `session ${sessionId} was not ready within ${attemptMs} ms, the time limit of its site`,
  );
}
