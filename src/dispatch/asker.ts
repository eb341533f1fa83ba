import type { Arm } from '../core/attempt.ts';
import { fitOf, otherNodes, YOUNG_SITES, type Fit } from './session-fit.ts';
import type { SessionSupply } from './session-supply.ts';
import type { Slot } from './slot.ts';
import type { OpenSlot } from './supply-parts.ts';
import type { Waiting } from './waiting.ts';

/** A slot that asks for a site. */
export interface Asker {
  readonly sessionId: string;
  /** Has its session taken no site yet? */
  readonly isNew: boolean;
  readonly arm: Arm;
  /** May its session take a load of a comparison? */
  readonly isYoung: boolean;
  readonly fit: (waiting: Waiting) => Fit;
  /** May the site run on the node of the slot, or is there no other node? */
  readonly suitsNode: (waiting: Waiting) => boolean;
  readonly slot: Slot;
  /** All slots. Undefined if a new session may open without one of them. */
  readonly slots: () => readonly Slot[] | undefined;
}

export function askerOf({ slot, session }: OpenSlot, supply: SessionSupply): Asker {
  const hasOtherNode = otherNodes(() => supply.slots);
  return {
    sessionId: session.owned.session.sessionId,
    isNew: session.siteCount === 0,
    arm: session.arm,
    isYoung: session.siteCount < YOUNG_SITES,
    fit: (waiting) => fitOf(session, waiting, hasOtherNode),
    suitsNode: ({ avoidNodes }) => !avoidNodes.includes(session.owned.session.node) || !hasOtherNode(avoidNodes),
    slot,
    slots: () => (supply.hasRoom ? undefined : supply.slots),
  };
}
