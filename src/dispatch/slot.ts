import type { Arm } from '../core/attempt.ts';
import type { CloseReason } from '../core/close-reason.ts';
import type { OwnedSession, SessionTimeouts } from '../core/ports.ts';

/** An open session in its slot, from `ready` to `closing`. Only `SessionSupply` writes to it. */
export interface SlotSession {
  readonly owned: OwnedSession;
  readonly arm: Arm;
  /** How many sites it has taken, the present one included. */
  siteCount: number;
  /** A site that has ended still acts in it, so that no other site may have it. */
  isDirty: boolean;
  /** Its time-outs, if an attempt has left others than those of its capabilities. */
  timeouts: SessionTimeouts | undefined;
  /** It ended while it waited. */
  isLost: boolean;
}

/** What a slot is doing, with the data that it has only then. */
export type SlotState =
  /** It has no session and is not opening one. */
  | { readonly kind: 'empty' }
  /** It has asked the grid for a session. */
  | { readonly kind: 'opening'; readonly arm: Arm }
  /** Its session can take a site. */
  | { readonly kind: 'ready'; readonly session: SlotSession }
  /** Its session can take a site, but none may start now. `slot-idle` has reported why. */
  | { readonly kind: 'idle'; readonly session: SlotSession }
  /** A site may start again, and its session is asked first if it still lives: it has waited long. */
  | { readonly kind: 'asking'; readonly session: SlotSession }
  /** Its session runs an attempt. */
  | { readonly kind: 'busy'; readonly session: SlotSession }
  /** Isolation cleans its session for the next site. */
  | { readonly kind: 'resetting'; readonly session: SlotSession }
  /** Its session is being released. */
  | { readonly kind: 'closing'; readonly session: SlotSession; readonly reason: CloseReason };

/** One place for a session, from the run's start to its end. Only `move` changes its state. */
export interface Slot {
  /** From 0. It names the session and chooses the lane. */
  readonly index: number;
  readonly state: SlotState;
}

/** What may follow each state. README.md draws it. */
const NEXT: Readonly<Record<SlotState['kind'], readonly SlotState['kind'][]>> = {
  empty: ['opening'],
  opening: ['ready', 'empty'],
  ready: ['idle', 'busy', 'closing'],
  idle: ['asking', 'busy', 'closing'],
  asking: ['ready', 'closing'],
  busy: ['resetting', 'closing'],
  resetting: ['ready', 'closing'],
  closing: ['empty'],
};

export function emptySlot(index: number): Slot {
  return { index, state: { kind: 'empty' } };
}

/**
 * Brings a slot into another state. Called by `SessionSupply` alone.
 * Throws a `TypeError`, which is a bug of gridrun, if the state may not follow the present one, or if it would swap
 * the session: a session changes only by way of `empty`.
 */
export function move(slot: Slot, to: SlotState): void {
  const from = slot.state;
  const step = `slot ${slot.index}: ${from.kind} to ${to.kind}`;
  if (!NEXT[from.kind].includes(to.kind)) throw new TypeError(`${step} is not a move that a slot may make`);
  const [before, after] = [sessionOf(from), sessionOf(to)];
  if (before !== undefined && after !== undefined && before !== after) throw new TypeError(`${step} swaps the session`);
  const writable: { state: SlotState } = slot;
  writable.state = to;
}

/** The session that a slot has in this state, if it has one. */
export function sessionOf(state: SlotState): SlotSession | undefined {
  return state.kind === 'empty' || state.kind === 'opening' ? undefined : state.session;
}
