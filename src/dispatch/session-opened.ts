import type { Undated } from '../core/event.ts';
import type { SlotSession } from './slot.ts';

/** Reports a session that opened in a slot. `durationMs` is how long the grid took. */
export function sessionOpened(slot: number, { owned, arm }: SlotSession, durationMs: number): Undated {
  const { sessionId, node, browserName, browserVersion, extension } = owned.session;
  const ofArm =
    extension === undefined && arm === 'subject'
      ? {}
      : { arm, ...(extension === undefined ? {} : { extensionId: extension.id }) };
  return { type: 'session-opened', sessionId, slot, node, browserName, browserVersion, durationMs, ...ofArm };
}
