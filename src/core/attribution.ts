import type { Cause } from './fault.ts';
import type { CheckVerdict, SiteVerdict } from './verdict.ts';

/**
 * Whom a failure of the subject blames, once the control has tried the same site: the extension where the control
 * passes, the site where the control fails as well. What passed, and what the control could not tell, keeps its cause.
 * The site blames the extension as soon as one of its checks does.
 */
export function attribute(subject: SiteVerdict, control: SiteVerdict): SiteVerdict {
  const answers = new Map(control.checks.map((check) => [check.title, check]));
  const checks = subject.checks.map((check) => {
    const cause = isFailure(check) ? causeOf(answers.get(check.title), control) : undefined;
    return cause === undefined ? check : { ...check, cause };
  });
  const failures = checks.filter(isFailure);
  // What the build broke is not hidden by what was broken before it.
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

function isFailure(check: CheckVerdict): boolean {
  return check.status === 'failed' || check.status === 'errored';
}

/** A check that the control leaves out (`@extension` without any extension) is answered by its site as a whole. */
function causeOf(answer: CheckVerdict | undefined, site: SiteVerdict): Cause | undefined {
  const isLeftOut = answer === undefined || answer.status === 'skipped' || answer.status === 'not-run';
  const { said, cause } = isLeftOut
    ? { said: site.verdict, cause: site.cause }
    : { said: answer.status, cause: answer.cause };
  if (said === 'passed' || said === 'flaky') return 'extension';
  // An error of browser, grid or runner says nothing of the site.
  return said === 'failed' || (said === 'errored' && (cause === 'site' || cause === 'check')) ? 'site' : undefined;
}
