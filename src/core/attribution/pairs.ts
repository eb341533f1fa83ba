import type { Attempt } from '../attempt.ts';
import { hasFailed, hasTried, tellingAttempts } from './loads.ts';

/**
 * The attempts after the first failure, in pairs of a control and a subject. Counts in how many of them only one arm failed,
 * and in how many both did.
 */
export interface Pairs {
  readonly subjectOnly: number;
  readonly controlOnly: number;
  readonly both: number;
  readonly all: number;
}

/** One pair of attempts. */
export interface Pair {
  readonly control: Attempt;
  readonly subject: Attempt;
}

/** So many pairs are tried before the list-wide test lets a site end. */
const PAIRS_FOR_TEST = 4;
/** A site that fails in both arms of so many pairs tells little about the build. */
const BOTH_AFTER = 2;
/** With so many pairs that differ, a site says nothing about others any more. */
const CLEAR_AFTER = 3;

const NO_PAIRS: Pairs = { subjectOnly: 0, controlOnly: 0, both: 0, all: 0 };

/**
 * The pairs of a site. The first failure of the subject, which started them, is in none: a site was chosen by it. With `forTest`,
 * only those that are enough for the list-wide test.
 *
 * Whether a pair counts depends on earlier pairs only through the number of arms that failed, never on which arm it was. So
 * if the build does nothing, each pair in which one arm failed falls to either side like a fair coin.
 */
export function pairsOf(attempts: readonly Attempt[], forTest = false): Pairs {
  let pairs = NO_PAIRS;
  for (const { subject, control } of pairUp(attempts)) {
    if (forTest && isEnoughForTest(pairs)) break;
    if (!hasTried(subject) || !hasTried(control)) continue;
    pairs = withPair(pairs, hasFailed(subject), hasFailed(control));
  }
  return pairs;
}

/**
 * The first load of each arm, of a site that both arms try whatever happens. It is the only pair of the site that counts for
 * the list-wide test: how many others follow depends on which arm failed in it.
 */
export function firstPairOf(attempts: readonly Attempt[]): Pairs {
  const telling = tellingAttempts(attempts).filter(hasTried);
  const subject = telling.find(({ arm }) => arm === 'subject');
  const control = telling.find(({ arm }) => arm === 'control');
  if (subject === undefined || control === undefined) return NO_PAIRS;
  return withPair(NO_PAIRS, hasFailed(subject), hasFailed(control));
}

/** The attempts of each whole pair of a site, in order. */
export function pairUp(attempts: readonly Attempt[]): Pair[] {
  const after = afterFirstFailure(attempts);
  const controls = after.filter(({ arm }) => arm === 'control');
  const subjects = after.filter(({ arm }) => arm === 'subject');
  return controls.slice(0, subjects.length).map((control, index) => ({ control, subject: subjects[index]! }));
}

/** The attempts that say something, after the first failure of the subject. */
export function afterFirstFailure(attempts: readonly Attempt[]): readonly Attempt[] {
  const telling = tellingAttempts(attempts);
  const first = telling.findIndex((attempt) => attempt.arm === 'subject' && hasFailed(attempt));
  return first < 0 ? [] : telling.slice(first + 1);
}

/** Is the next load of a comparison the first of a pair? */
export function opensPair(attempts: readonly Attempt[]): boolean {
  return afterFirstFailure(attempts).length % 2 === 0;
}

/** May a site end, as far as the list-wide test goes? */
export function isEnoughForTest({ all, both, subjectOnly, controlOnly }: Pairs): boolean {
  return all >= PAIRS_FOR_TEST || both >= BOTH_AFTER || subjectOnly + controlOnly >= CLEAR_AFTER;
}

function withPair(pairs: Pairs, subject: boolean, control: boolean): Pairs {
  return {
    subjectOnly: pairs.subjectOnly + (subject && !control ? 1 : 0),
    controlOnly: pairs.controlOnly + (control && !subject ? 1 : 0),
    both: pairs.both + (subject && control ? 1 : 0),
    all: pairs.all + 1,
  };
}
