import { GridrunError } from '../core/fault.ts';
import type { BidiSession } from './bidi-session.ts';

/** Closing more tabs than this takes longer than a new session. */
const MAX_TABS = 50;

/** A tab, as BiDi lists it. */
export interface Tab {
  readonly context: string;
  readonly userContext: string;
}

/**
 * Closes `tabs` over BiDi, and then the tabs of `isLeft` that have opened meanwhile: a page can open tabs until its own
 * is closed. Runs `clear` after each round. Throws `session.replace` if the tabs never end.
 */
export async function closeTabs(
  use: Pick<BidiSession, 'bidi'>,
  tabs: readonly Tab[],
  isLeft: (tab: Tab) => boolean,
  clear: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  let left = tabs;
  for (let count = left.length; ; count += left.length) {
    requireFew(count);
    await Promise.all(left.map(({ context }) => use.bidi('browsingContext.close', { context, promptUnload: false })));
    const [tree] = await Promise.all([use.bidi('browsingContext.getTree', { maxDepth: 0 }), clear()]);
    left = (tree as { contexts: readonly Tab[] }).contexts.filter(isLeft);
    if (left.length === 0) return;
  }
}

/** Throws `session.replace` if a session has had more tabs than are worth closing. */
export function requireFew(count: number): void {
  if (count <= MAX_TABS) return;
  throw new GridrunError('session.replace', `the pages of this session opened more than ${MAX_TABS} tabs`);
}
