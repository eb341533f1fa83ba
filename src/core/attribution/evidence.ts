import type { CheckEvidence } from './decide.ts';
import { mayTellYet } from './down.ts';
import { after, normalized, TYPICAL, type Loads, type RatePrior } from './failure-rates.ts';
import { loadsByTitle } from './loads.ts';
import type { ArmLoads } from './posterior.ts';
import type { LoadsThatCount } from './sent-pages.ts';

/** What is known of a site before the run, and of the list during it. */
export interface Knowledge {
  /** What earlier runs say of each check, by title. */
  readonly earlier?: ReadonlyMap<string, Loads> | undefined;
  /** How often checks of this list fail by themselves; absent is what is typical. */
  readonly list?: RatePrior | undefined;
}

/** From so many earlier runs on, a site's own history stands in for the comparison with the other sites of the list. */
const MIN_RUNS = 5;

/** The loads of each check, with how likely each rate of its own is. */
export function evidenceOf(
  planned: readonly string[],
  { attempts, pages }: LoadsThatCount,
  { earlier, list = TYPICAL }: Knowledge,
): CheckEvidence[] {
  const byPage = pages.length < 2 ? [] : pages.map((loads) => loadsByTitle(planned, loads));
  return [...loadsByTitle(planned, attempts)].map(([title, loads]) => {
    const known = earlier?.get(title);
    const ofPages = byPage.flatMap((page) => page.get(title) ?? []);
    return {
      title,
      loads,
      pages: ofPages.filter(isOfBothArms),
      own: ownRate(list, known, byPage.length > 0),
      mayTellYet: mayTellYet(ofPages),
    };
  });
}

/** If the server sends several pages, earlier failures may be those of a wall. Then they are believed by half. */
function ownRate(list: RatePrior, known: Loads | undefined, hasPages: boolean): RatePrior {
  if (known === undefined) return list;
  const learned = after(list, known);
  return hasPages ? normalized(learned.map((weight, index) => weight + list[index]!)) : learned;
}

function isOfBothArms({ subject, control }: ArmLoads): boolean {
  return subject.all > 0 && control.all > 0;
}

/** Do enough earlier runs know all checks of the site? */
export function hasHistory(planned: readonly string[], { earlier }: Knowledge): boolean {
  return planned.every((title) => (earlier?.get(title)?.all ?? 0) >= MIN_RUNS);
}
