import type { Arm } from '../core/attempt.ts';
import type { OwnedSession } from '../core/ports.ts';

/** Where a slot is between no session and a session at work. */
export type SlotState = 'empty' | 'opening' | 'ready' | 'busy' | 'resetting' | 'closing';

/** One place for a session, with the session that it has now. Its number chooses the lane. */
export class Slot {
  readonly index: number;
  state: SlotState = 'empty';
  /** What its session is for. */
  arm: Arm = 'subject';
  owned: OwnedSession | undefined;
  /** Sites that the session has taken. */
  siteCount = 0;
  /** Something of an ended site still acts in the session. */
  dirty = false;
  /** Why it was said to be idle; said once until it works again. */
  idleWhy = '';

  constructor(index: number) {
    this.index = index;
  }

  /** It has a session, or will have one. */
  get taken(): boolean {
    return this.state !== 'empty';
  }

  get node(): string {
    return this.owned?.session.node ?? '';
  }

  opened(owned: OwnedSession): void {
    this.owned = owned;
    this.siteCount = 0;
    this.dirty = false;
    this.idleWhy = '';
    this.state = 'ready';
  }
}
