import type { Attempt } from '../attempt.ts';
import { hasFailed, loadsByTitle, tellingAttempts } from './loads.ts';
import { sumOf, type ArmLoads } from './posterior.ts';
import type { LoadsThatCount } from './sent-pages.ts';

/** A site that fails in both arms so often, each time in the same way, is down. */
const DOWN_AFTER = 2;
/** If its server sends several pages, one that works may come now and then. So many loads of the control wait for it. */
const DOWN_AFTER_PAGES = 4;
/** So many failures on pages that the control never got are hardly chance. */
const MANY_UNEXPLAINED = 3;

/** Does the site fail in both arms, again and again, in the same way? Then no further load tells more. */
export function isDown(planned: readonly string[], { attempts, pages }: LoadsThatCount): boolean {
  const enough = pages.length > 1 ? DOWN_AFTER_PAGES : DOWN_AFTER;
  const failing = [...loadsByTitle(planned, attempts).values()].filter(({ subject }) => subject.failed > 0);
  return (
    failing.length > 0 &&
    failing.every(
      ({ subject, control }) =>
        subject.failed === subject.all && control.failed === control.all && control.all >= enough,
    ) &&
    new Set(tellingAttempts(attempts).map(wayOf)).size === 1
  );
}

/**
 * True if the server sends several pages, and those that both arms got say nothing about the build. There are three cases:
 * - Only walls came to both arms, and the control has had few loads. A page that works may come.
 * - Only walls came to both arms, and the control passed on a page that the build never got.
 * - The build fails again and again on pages that the control never got.
 */
export function mayTellYet(pages: readonly ArmLoads[]): boolean {
  if (pages.length < 2) return false;
  const shared = pages.filter(({ subject, control }) => subject.all > 0 && control.all > 0);
  const { control } = sumOf(pages);
  const unexplained = sumOf(pages.filter((page) => page.control.all === 0)).subject.failed;
  const isOnlyWalls = shared.every((page) => page.control.failed === page.control.all);
  return (
    unexplained >= MANY_UNEXPLAINED || (isOnlyWalls && (control.failed < control.all || control.all < DOWN_AFTER_PAGES))
  );
}

/** Did the last attempt fail in the same way as an earlier one of the other arm? Then neither its session nor the build is why. */
export function failsInBothArms(attempts: readonly Attempt[]): boolean {
  const last = attempts.at(-1);
  if (last === undefined || !hasFailed(last)) return false;
  const others = tellingAttempts(attempts).filter(({ arm }) => arm !== last.arm);
  return others.some((other) => hasFailed(other) && wayOf(other) === wayOf(last));
}

/** What failed in an attempt, and with which codes. */
export function wayOf({ fault, checks }: Attempt): string {
  const ofChecks = checks.flatMap((check) => (check.fault === undefined ? [] : `${check.title}\t${check.fault.code}`));
  return [fault?.code ?? '', ...ofChecks.toSorted()].join('\n');
}
