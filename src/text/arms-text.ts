import type { ArmsOfSite, SiteVerdict } from '../core/verdict.ts';

/** What the two arms of a site showed: `fails 4 of 4 with the build, 0 of 4 without; 99.7 %`. Undefined without an answer. */
export function armsText({ arms, attribution, probability, otherPages }: SiteVerdict): string | undefined {
  if (arms === undefined || attribution === undefined || probability === undefined) return undefined;
  const { subject, control } = arms;
  // Of a site that is down in both arms, the probability says nothing.
  const share = attribution === 'not-build' ? attribution : `${attribution}, ${percent(probability)}`;
  const without = control.all === 0 ? 'not tried without' : `${control.failed} of ${control.all} without`;
  return `fails ${subject.failed} of ${subject.all} with the build, ${without}; ${share}${replayedText(arms.replayed)}${cutText(arms.cut)}${otherPagesText(otherPages)}`;
}

/** `; on the recorded page it fails 2 of 2 with the build, 0 of 2 without`. Empty if no recording was replayed. */
function replayedText(replayed: ArmsOfSite['replayed']): string {
  if (replayed === undefined) return '';
  const { subject, control } = replayed;
  return `; on the recorded page it fails ${subject.failed} of ${subject.all} with the build, ${control.failed} of ${control.all} without`;
}

function cutText(isCut = false): string {
  return isCut ? '; the run had no more loads to compare it (--control-run-budget)' : '';
}

/** `; the server sent another page in 2 of 4 pairs; they do not count`. Empty if it sent the same page each time. */
function otherPagesText(otherPages: SiteVerdict['otherPages']): string {
  if (otherPages === undefined) return '';
  const { pairs, all } = otherPages;
  const verb = pairs === 1 ? 'it does' : 'they do';
  return `; the server sent another page in ${pairs} of ${all} ${all === 1 ? 'pair' : 'pairs'}; ${verb} not count`;
}

/** A probability is never quite 1. */
function percent(probability: number): string {
  return probability >= 0.9995 ? 'over 99.9 %' : `${(100 * probability).toFixed(1)} %`;
}
