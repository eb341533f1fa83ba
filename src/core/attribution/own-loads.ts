import type { Attempt } from '../attempt.ts';
import type { Loads } from './failure-rates.ts';
import { loadsByTitle } from './loads.ts';
import { sumOf, type ArmLoads } from './posterior.ts';
import { loadsThatCount } from './sent-pages.ts';

/**
 * What the attempts of a site say about the own failure rate of each check; undefined if they say nothing. If the server sent
 * several pages, those on which the control never passes are left out: a wall tells nothing about the page behind it, and a
 * comparison knows walls by themselves.
 */
export function ownLoadsByTitle(
  planned: readonly string[],
  attempts: readonly Attempt[],
): ReadonlyMap<string, Loads | undefined> {
  const { pages } = loadsThatCount(attempts);
  const groups = (pages.length < 2 ? [attempts] : pages).map((loads) => loadsByTitle(planned, loads));
  return new Map(
    planned.map((title) => {
      const loads = groups.flatMap((group) => group.get(title) ?? []);
      const known = pages.length < 2 ? loads : loads.filter(({ control }) => control.failed < control.all);
      return [title, ownLoads(sumOf(known))];
    }),
  );
}

/** A failure with the build counts only if the control failed too: else it may be the build's. */
function ownLoads({ subject, control }: ArmLoads): Loads | undefined {
  if (control.all === 0) return subject.failed === 0 && subject.all > 0 ? subject : undefined;
  if (control.failed === 0) return control;
  return { failed: control.failed + 1, all: control.all + 1 };
}
