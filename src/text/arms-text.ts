import type { SiteVerdict } from '../core/verdict.ts';

/** What the two arms of a site showed: `fails 4 of 4 with the build, 0 of 4 without; 99.7 %`. Undefined without an answer. */
export function armsText({ arms, attribution, probability }: SiteVerdict): string | undefined {
  if (arms === undefined || attribution === undefined || probability === undefined) return undefined;
  const { subject, control } = arms;
  // Of a site that is down in both arms, the probability says nothing.
  const share = attribution === 'not-build' ? attribution : `${attribution}, ${(100 * probability).toFixed(1)} %`;
  return `fails ${subject.failed} of ${subject.all} with the build, ${control.failed} of ${control.all} without; ${share}`;
}
