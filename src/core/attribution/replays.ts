import type { Attempt } from '../attempt.ts';
import { isSamePage } from '../page-print/same-page.ts';
import { wayOf } from './down.ts';
import { hasFailed, hasTried, tellingAttempts } from './loads.ts';

/**
 * The failure of a site with the build that a replay can tell most about: one on a page on which the control passed, if there
 * is one, and the last of them. On a wall, such as a captcha, both builds fail. Undefined if no failure has a recording.
 */
export function failureToReplay(attempts: readonly Attempt[]): Attempt | undefined {
  const telling = tellingAttempts(attempts);
  const recorded = telling.filter(
    (one) => one.arm === 'subject' && one.recording?.path !== undefined && hasFailed(one),
  );
  const passed = telling.flatMap((one) => (one.arm === 'control' && !hasFailed(one) ? (one.sentPage ?? []) : []));
  const isOfPassed = ({ sentPage }: Attempt): boolean =>
    sentPage !== undefined && passed.some((page) => isSamePage(page, sentPage));
  return recorded.findLast(isOfPassed) ?? recorded.at(-1);
}

/** Did both builds try the recording to the end? */
export function areTried(replays: readonly Attempt[]): boolean {
  return (
    new Set(
      tellingAttempts(replays)
        .filter(hasTried)
        .map(({ arm }) => arm),
    ).size === 2
  );
}

/**
 * The replays of a recorded failure that count, as loads of the page that was recorded: all or none. They count if the build
 * fails each time as it did in the recorded attempt, the control never fails, and no request was missing. So replays can accuse a
 * build, and never excuse one:
 * - The recording holds what the build made of the traffic, and the control may fail by that.
 * - What the recording lacks may be what the build needs, such as a WebSocket.
 */
export function replaysThatCount(recorded: Attempt, replays: readonly Attempt[]): Attempt[] {
  const telling = tellingAttempts(replays).filter(hasTried);
  const isWhole = telling.every(({ replay }) => replay?.misses.length === 0);
  const isClear = telling.every((load) =>
    load.arm === 'subject' ? hasFailed(load) && wayOf(load) === wayOf(recorded) : !hasFailed(load),
  );
  if (!areTried(replays) || !isWhole || !isClear) return [];
  const { sentPage } = recorded;
  return telling.map((load) => ({ ...load, ...(sentPage === undefined ? {} : { sentPage }) }));
}
