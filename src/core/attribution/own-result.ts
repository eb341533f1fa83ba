import type { CheckVerdict, SiteVerdict } from '../verdict.ts';
import { isFailing } from '../verdict.ts';
import { THE_ATTEMPT } from './loads.ts';

/** What a run says of a check by itself, whatever the build does. Undefined if it says nothing. */
export type OwnResult = 'passed' | 'failed' | undefined;

/**
 * What a run says of a check on a site by itself. A failure with a build counts only if the control showed that the build is
 * not why: a night without a control must not excuse the build in a later night.
 * @param hasBuild an extension was loaded in the run
 */
export function ownResult(check: CheckVerdict, site: SiteVerdict, hasBuild: boolean): OwnResult {
  if (check.status === 'passed' && !check.flaky) return 'passed';
  if (!check.flaky && !isFailing(check.status)) return undefined;
  const causes = [check.cause, isFailing(site.verdict) ? site.cause : undefined];
  if (causes.includes('grid') || causes.includes('runner') || check.cause === 'extension') return undefined;
  return !hasBuild || failsWithoutBuild(check, site) ? 'failed' : undefined;
}

/** Did the control show that the check fails without the build too? */
function failsWithoutBuild(check: CheckVerdict, { control, attribution, arms }: SiteVerdict): boolean {
  if (control === undefined) return false;
  if (attribution === 'not-build' || check.flaky) return true;
  if (check.status === 'failed') return check.cause === 'site';
  return (arms?.check === check.title || arms?.check === THE_ATTEMPT) && arms.control.failed > 0;
}
