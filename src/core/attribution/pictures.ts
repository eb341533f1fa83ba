import type { Arm, Attachment, Attempt } from '../attempt.ts';
import { isFailing, type PicturesOfSite } from '../verdict.ts';
import { afterFirstFailure } from './pairs.ts';

/** The name of the picture of the page in the evidence of a check. */
const PICTURE = 'screenshot.png';

/**
 * The checks that failed with the build, if no load of the control has shown them passed since. A picture of them tells both
 * arms apart; one is enough.
 */
export function picturedChecks(attempts: readonly Attempt[]): readonly string[] {
  const since = afterFirstFailure(attempts).filter(({ arm }) => arm === 'control');
  const isShown = (title: string): boolean =>
    since.some(({ checks }) => checks.some((check) => check.title === title && check.status === 'passed'));
  const failed = attempts.filter(({ arm }) => arm === 'subject').flatMap(failedTitles);
  return [...new Set(failed)].filter((title) => !isShown(title));
}

/**
 * The pictures of both arms that show the difference best: the check failing with the build, and passing without it, or else
 * failing too. Undefined if an arm has none.
 */
export function picturesOf(title: string, attempts: readonly Attempt[]): PicturesOfSite | undefined {
  const subject = pictureIn(attempts, 'subject', title, true);
  const control = pictureIn(attempts, 'control', title, false) ?? pictureIn(attempts, 'control', title, true);
  return subject === undefined || control === undefined ? undefined : { subject: subject.path, control: control.path };
}

function pictureIn(attempts: readonly Attempt[], arm: Arm, title: string, failing: boolean): Attachment | undefined {
  return attempts
    .filter((attempt) => attempt.arm === arm)
    .flatMap(({ checks }) => checks)
    .filter((check) => check.title === title && isFailing(check.status) === failing)
    .flatMap(({ attachments = [] }) => attachments)
    .find(({ name }) => name === PICTURE);
}

function failedTitles({ checks }: Attempt): string[] {
  return checks.flatMap(({ title, status }) => (isFailing(status) ? title : []));
}
