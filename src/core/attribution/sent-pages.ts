import type { Attempt } from '../attempt.ts';
import { isSamePage } from '../page-print/same-page.ts';
import type { SentPage } from '../sent-page.ts';
import { pairUp, type Pair } from './pairs.ts';

/** Which pairs of a site say something about the build. */
export interface PairsThatCount {
  /** The attempts without those of pairs that do not count. */
  readonly attempts: readonly Attempt[];
  /** How many pairs were tried. */
  readonly pairCount: number;
  /** In how many of them the server sent another page to the control than to the build, so that they do not count. */
  readonly voidCount: number;
}

/** In so many pairs, chance alone hardly sends one page always to the build and another always to the control. */
const MIN_FOR_ARM = 3;

/**
 * Leaves out the pairs whose arms got different pages from the server, as in an A/B test or before a captcha: such a pair
 * does not compare the builds. It keeps them if the page goes with the arm, because then the build makes the difference. It
 * also keeps a pair if a fingerprint is missing, or if a rule of an extension changed the request.
 */
export function pairsThatCount(attempts: readonly Attempt[]): PairsThatCount {
  const pairs = pairUp(attempts);
  const differing = pairs.filter(isDifferent);
  if (differing.length === 0 || goesWithArm(pairs)) return { attempts, pairCount: pairs.length, voidCount: 0 };
  const left = new Set(differing.flatMap(({ control, subject }) => [control, subject]));
  return {
    attempts: attempts.filter((attempt) => !left.has(attempt)),
    pairCount: pairs.length,
    voidCount: differing.length,
  };
}

function isDifferent(pair: Pair): boolean {
  const pages = pagesOf(pair);
  return pages !== undefined && !isSamePage(pages.control, pages.subject);
}

/** Does the build always get one page, and the control always another? */
function goesWithArm(pairs: readonly Pair[]): boolean {
  const known = pairs.flatMap((pair) => pagesOf(pair) ?? []);
  const [first] = known;
  return (
    first !== undefined &&
    known.length >= MIN_FOR_ARM &&
    known.every(
      ({ control, subject }) =>
        !isSamePage(control, subject) && isSamePage(first.control, control) && isSamePage(first.subject, subject),
    )
  );
}

/** What the server sent to both arms; undefined if that is not known, or was not the server's doing. */
function pagesOf({ control, subject }: Pair): { readonly control: SentPage; readonly subject: SentPage } | undefined {
  const [ofControl, ofSubject] = [control.sentPage, subject.sentPage];
  if (ofControl === undefined || ofSubject === undefined) return undefined;
  return ofControl.byExtension === true || ofSubject.byExtension === true
    ? undefined
    : { control: ofControl, subject: ofSubject };
}
