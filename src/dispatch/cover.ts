import { fitOf, otherNodes, YOUNG_SITES, type HasOtherNode } from './session-fit.ts';
import { sessionOf, type Slot } from './slot.ts';
import type { Waiting } from './waiting.ts';

/** How the slots are looked at. */
export interface CoverRules {
  /** A session may take so many sites of the line, one after another. */
  readonly inRow: number;
  /** Does a session that still runs a site count? */
  readonly countsBusy: boolean;
  /** This slot takes none. */
  readonly but?: Slot | undefined;
}

/**
 * The first site in line that no session will take soon: each slot that opens or has a session takes up to `inRow` sites that
 * suit it. Undefined if each site has one.
 */
export function firstUncovered(
  line: Iterable<Waiting>,
  slots: readonly Slot[],
  { inRow, countsBusy, but }: CoverRules,
): Waiting | undefined {
  let free: Map<Slot, number> | undefined;
  const hasOtherNode = otherNodes(() => slots);
  for (const waiting of line) {
    free ??= new Map(
      slots
        .filter((slot) => slot !== but && (countsBusy || slot.state.kind !== 'busy'))
        .map((slot) => [slot, Math.min(inRow, youngFor(slot))] as const)
        .filter(([, count]) => count > 0),
    );
    const found = free.entries().find(([slot]) => willSuit(slot, waiting, hasOtherNode));
    if (found === undefined) return waiting;
    const [slot, count] = found;
    if (waiting.fresh || count === 1) free.delete(slot);
    else free.set(slot, count - 1);
  }
  return undefined;
}

/** How many more sites the session of a slot may take while it is young. */
function youngFor({ state }: Slot): number {
  const session = sessionOf(state);
  return session === undefined || state.kind === 'closing' ? YOUNG_SITES : YOUNG_SITES - session.siteCount;
}

function willSuit({ state }: Slot, waiting: Waiting, hasOtherNode: HasOtherNode): boolean {
  if (state.kind === 'empty') return false;
  if (state.kind === 'opening') return state.arm === waiting.arm;
  // The next session of its slot is opened for the first site in line.
  if (state.kind === 'closing') return true;
  return !state.session.isDirty && fitOf(state.session, waiting, hasOtherNode) === 'fits';
}
