import type { BuildsOfRun } from '../builds.ts';
import { isFailing, type CheckVerdict, type SiteVerdict } from '../verdict.ts';
import { THE_ATTEMPT } from './loads.ts';

/**
 * What a run says of a check by itself, whatever the build under test does. `failed-with-both`: it also fails with the build
 * that is the control, so without any build it may pass. Undefined if the run says nothing.
 */
export type OwnResult = 'passed' | 'failed' | 'failed-with-both' | undefined;

/**
 * What a run says of a check on a site by itself. A failure with a build counts only if the control showed that the build is
 * not why: a night without a control must not excuse the build in a later night.
 * @param builds the builds of the run; undefined if it had none
 */
export function ownResult(check: CheckVerdict, site: SiteVerdict, builds: BuildsOfRun | undefined): OwnResult {
  if (check.status === 'passed' && !check.flaky) return 'passed';
  if (!check.flaky && !isFailing(check.status)) return undefined;
  const causes = [check.cause, isFailing(site.verdict) ? site.cause : undefined];
  // It waited for its next attempt when the run was stopped, so it may be of the grid or of the build.
  if (site.stoppedBy !== undefined) return undefined;
  if (causes.includes('grid') || causes.includes('runner') || check.cause === 'extension') return undefined;
  if (builds === undefined) return 'failed';
  const { subject, control } = builds;
  // Two copies of one build, as in a calibration, break the same sites.
  const isCompared = control !== undefined && (control === 'none' || control.sha256 !== subject.sha256);
  if (!isCompared || !failsWithControl(check, site)) return undefined;
  return control === 'none' ? 'failed' : 'failed-with-both';
}

function failsWithControl(check: CheckVerdict, { control, attribution, arms }: SiteVerdict): boolean {
  if (control === undefined) return false;
  if (attribution === 'not-build' || check.flaky) return true;
  if (check.status === 'failed') return check.cause === 'site';
  return (arms?.check === check.title || arms?.check === THE_ATTEMPT) && arms.control.failed > 0;
}
