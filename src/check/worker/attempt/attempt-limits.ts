import { makeFault, type Fault } from '../../../core/fault.ts';
import type { OrderOnWire, WorkerOptions } from '../../protocol.ts';

/** An attempt ends so long after its limit, or after its last check, whatever the page does. */
export const END_MS = 3_700;
/** Of that, the part in which a page is looked at. The rest is for writing files. */
export const LOOK_MS = 3_200;
/** For the hooks that are due after a cut. The parent waits 2 s for an attempt of a stopped run. */
export const CLEAN_UP_MS = 1_000;

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

/** gridrun asked the driver for evidence that never came, and the driver does nothing else until then. */
export function heldByEvidence(sessionId: string): Fault {
  return makeFault(
    'evidence.held-session',
    `session ${sessionId} did not return a picture or the source of the page, and does nothing until it has`,
  );
}

/** The time was up before the first check could start. */
export function sessionNotReady(sessionId: string, { attemptMs }: AttemptLimits): Fault {
  return makeFault(
    'grid.no-answer',
    `session ${sessionId} was not ready within ${attemptMs} ms, the time limit of its site`,
  );
}
