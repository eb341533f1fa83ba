import type { Cause } from './fault.ts';
import { isFailing, type CheckVerdict, type SiteVerdict } from './verdict.ts';

/**
 * Decides what a failure of the subject is blamed on, once the control has tried the same site: the extension if the
 * control passes, the site if the control fails as well. A check that passed, or on which the control has no answer,
 * keeps its cause. The site blames the extension as soon as one of its checks does.
 */
export function attribute(subject: SiteVerdict, control: SiteVerdict): SiteVerdict {
  const answers = new Map(control.checks.map((check) => [check.title, check]));
  const checks = subject.checks.map((check) => {
    const cause = isFailing(check.status) ? causeOf(answers.get(check.title), control) : undefined;
    return cause === undefined ? check : { ...check, cause };
  });
  const failures = checks.filter(({ status }) => isFailing(status));
  // What was broken before must not hide what the build broke.
  const decisive =
    failures.find(({ cause }) => cause === 'extension') ?? failures.find(({ status }) => status === subject.verdict);
  if (decisive?.cause === undefined) return { ...subject, checks, control: control.verdict };
  return {
    ...subject,
    cause: decisive.cause,
    ...(decisive.fault === undefined ? {} : { code: decisive.fault.code }),
    checks,
    control: control.verdict,
  };
}

/** If the control leaves a check out (`@extension` without an extension), its site as a whole is the answer. */
function causeOf(answer: CheckVerdict | undefined, site: SiteVerdict): Cause | undefined {
  const isLeftOut = answer === undefined || answer.status === 'skipped' || answer.status === 'not-run';
  const { verdict, cause } = isLeftOut ? site : { verdict: answer.status, cause: answer.cause };
  if (verdict === 'passed' || verdict === 'flaky') return 'extension';
  // An error of browser, grid or runner says nothing about the site.
  const isOfSite = cause === 'site' || cause === 'check';
  return verdict === 'failed' || (verdict === 'errored' && isOfSite) ? 'site' : undefined;
}
