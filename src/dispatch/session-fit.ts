import { sessionOf, type Slot, type SlotSession } from './slot.ts';
import type { Waiting } from './waiting.ts';

/** A comparison takes only sessions that have taken fewer sites than this, so that both arms meet equally fresh ones. */
export const YOUNG_SITES = 5;

/** How a waiting site suits the session that asks. */
export type Fit = 'fits' | 'needs-session' | 'other-node' | 'no';

/** Is a session open on a node that is not among these? */
export type HasOtherNode = (nodes: readonly string[]) => boolean;

/** Tells of each list of nodes whether one of the slots has a session on another one. */
export function otherNodes(slots: () => readonly Slot[]): HasOtherNode {
  let open: Set<string> | undefined;
  return (nodes) => {
    open ??= new Set(slots().flatMap(({ state }) => sessionOf(state)?.owned.session.node ?? []));
    return open.values().some((node) => !nodes.includes(node));
  };
}

/** How a waiting site suits a session. */
export function fitOf(
  { owned: { session }, arm, siteCount }: Readonly<SlotSession>,
  waiting: Waiting,
  hasOtherNode: HasOtherNode,
): Fit {
  if (waiting.arm !== arm || (waiting.fresh && siteCount > 0)) return 'needs-session';
  const { compared, avoidNodes } = waiting;
  if (compared !== undefined && (siteCount >= YOUNG_SITES || compared.sessionIds.includes(session.sessionId)))
    return 'needs-session';
  return avoidNodes.includes(session.node) && hasOtherNode(avoidNodes) ? 'other-node' : 'fits';
}
