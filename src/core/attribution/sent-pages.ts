import type { Arm, Attempt } from '../attempt.ts';
import { isSamePage } from '../page-print/same-page.ts';
import type { SentPage } from '../sent-page.ts';
import { hasFailed } from './loads.ts';
import { afterFirstFailure, pairUp, type Pair } from './pairs.ts';

/** Which loads of a site say something about the build. */
export interface LoadsThatCount {
  /** The loads that count, pair by pair. The first failure and a load without its partner count too. */
  readonly attempts: readonly Attempt[];
  /**
   * All loads, page by page, also those without a partner: one group if the server sent one page. If it sent several, a load
   * without a fingerprint is in the one on which the control passes most. The first failure is in none: it may have met a wall.
   */
  readonly pages: readonly (readonly Attempt[])[];
  /** How many pairs were tried. */
  readonly pairCount: number;
  /** How many of them do not count, because the server did not send one page to both arms. */
  readonly voidCount: number;
}

/** In so many pairs, chance alone hardly sends one page always to the build and another always to the control. */
const MIN_FOR_ARM = 5;

/**
 * Compares like with like: makes the pairs of loads that got the same page from the server. In an A/B test, or before a captcha,
 * the loads of one turn may get different pages. A load without a partner does not compare the builds, so it is left out.
 *
 * All loads count, in the order of their turns, if the page goes with the arm, because then the build makes the difference.
 * A load without a fingerprint is like any other, and so is one whose request a rule of an extension changed.
 */
export function loadsThatCount(attempts: readonly Attempt[]): LoadsThatCount {
  const turns = pairUp(attempts);
  if (goesWithArm(turns)) return { attempts, pages: [attempts], pairCount: turns.length, voidCount: 0 };
  const pairs = pairsOfOnePage(turns);
  const inTurns = new Set(turns.flatMap(loadsOf));
  const after = new Set(afterFirstFailure(attempts));
  const counted = [
    ...attempts.filter((attempt) => !after.has(attempt)),
    ...pairs.flatMap(loadsOf),
    ...attempts.filter((attempt) => after.has(attempt) && !inTurns.has(attempt)),
  ];
  return {
    attempts: counted,
    pages: allPages(attempts, after),
    pairCount: turns.length,
    voidCount: turns.length - pairs.length,
  };
}

function allPages(attempts: readonly Attempt[], after: ReadonlySet<Attempt>): readonly (readonly Attempt[])[] {
  const { pages, unknown } = byPage(attempts);
  if (pages.length < 2) return [[...pages.flat(), ...unknown]];
  const [home = [], ...others] = pages.toSorted((a, b) => passShare(b) - passShare(a) || b.length - a.length);
  return [[...home, ...unknown.filter((load) => after.has(load) || isByExtension(load))], ...others];
}

/** In which share of the control's loads nothing failed. 0 if there are none. */
function passShare(loads: readonly Attempt[]): number {
  const controls = ofArm(loads, 'control');
  return controls.filter((load) => !hasFailed(load)).length / Math.max(1, controls.length);
}

/**
 * Makes as many pairs of one page as the loads allow. A load of which the page is not known is the partner of any that has none.
 * How many pairs there are is the same if the arms are swapped.
 */
function pairsOfOnePage(turns: readonly Pair[]): Pair[] {
  const { pages, unknown } = byPage(turns.flatMap(loadsOf));
  const pairs = pages.flatMap(zip);
  const paired = new Set(pairs.flatMap(loadsOf));
  const left = pages.flat().filter((load) => !paired.has(load));
  const withUnknown = [
    ...zip([...ofArm(left, 'control'), ...ofArm(unknown, 'subject')]),
    ...zip([...ofArm(left, 'subject'), ...ofArm(unknown, 'control')]),
  ];
  const used = new Set(withUnknown.flatMap(loadsOf));
  const all = [...pairs, ...withUnknown, ...zip(unknown.filter((load) => !used.has(load)))];
  const turnOf = new Map(turns.flatMap((turn, index) => loadsOf(turn).map((load) => [load, index])));
  const place = (pair: Pair): number => Math.max(...loadsOf(pair).map((load) => turnOf.get(load) ?? 0));
  return all.toSorted((a, b) => place(a) - place(b));
}

/** The first load of each arm, the second, and so on, as far as both arms have one. */
function zip(loads: readonly Attempt[]): Pair[] {
  const controls = ofArm(loads, 'control');
  return ofArm(loads, 'subject').flatMap((subject, index) => {
    const control = controls[index];
    return control === undefined ? [] : { control, subject };
  });
}

/** Groups loads by what the server sent. */
function byPage(loads: readonly Attempt[]): { readonly pages: readonly Attempt[][]; readonly unknown: Attempt[] } {
  const groups: { readonly page: SentPage; readonly loads: Attempt[] }[] = [];
  const unknown: Attempt[] = [];
  for (const load of loads) {
    const page = pageOf(load);
    const group = page && groups.find((one) => isSamePage(one.page, page));
    if (page === undefined) unknown.push(load);
    else if (group === undefined) groups.push({ page, loads: [load] });
    else group.loads.push(load);
  }
  return { pages: groups.map((group) => group.loads), unknown };
}

function loadsOf({ control, subject }: Pair): [Attempt, Attempt] {
  return [control, subject];
}

function ofArm(loads: readonly Attempt[], arm: Arm): Attempt[] {
  return loads.filter((load) => load.arm === arm);
}

/** Does the build always get one page, and the control always another? */
function goesWithArm(turns: readonly Pair[]): boolean {
  const known = turns.flatMap(({ control, subject }) => {
    const [ofControl, ofSubject] = [pageOf(control), pageOf(subject)];
    return ofControl === undefined || ofSubject === undefined ? [] : { control: ofControl, subject: ofSubject };
  });
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

/** What the server sent; undefined if that is not known, or was not the server's doing. */
function pageOf(load: Attempt): SentPage | undefined {
  return isByExtension(load) ? undefined : load.sentPage;
}

function isByExtension({ sentPage }: Attempt): boolean {
  return sentPage?.byExtension === true;
}
