import type { SessionFacts } from '../core/ports.ts';
import { NOTHING_KEPT, restore, withBidi } from './bidi-session.ts';
import { closeTabs, type Tab } from './close-tabs.ts';

/** The user context that every browser starts with. It cannot be removed. */
const DEFAULT_CONTEXT = 'default';

/**
 * Gives the session a new user context with one tab, and removes the earlier contexts with all their data.
 * Throws if it cannot; the session must then be replaced.
 */
export async function freshContext(session: SessionFacts, signal: AbortSignal, kept = NOTHING_KEPT): Promise<void> {
  await withBidi(session, signal, async (use) => {
    const [tree, known, fresh] = (await Promise.all([
      use.bidi('browsingContext.getTree', { maxDepth: 0 }),
      use.bidi('browser.getUserContexts', {}),
      use.bidi('browser.createUserContext', {}),
    ])) as [{ contexts: Tab[] }, { userContexts: { userContext: string }[] }, { userContext: string }];
    const tab = (await use.bidi('browsingContext.create', { type: 'tab', userContext: fresh.userContext })) as {
      context: string;
    };
    const isOfDefault = ({ userContext }: Tab): boolean => userContext === DEFAULT_CONTEXT;
    const removed = Promise.all([
      closeTabs(use, tree.contexts.filter(isOfDefault), isOfDefault),
      ...known.userContexts
        .filter(({ userContext }) => userContext !== DEFAULT_CONTEXT && userContext !== fresh.userContext)
        .map((old) => use.bidi('browser.removeUserContext', old)),
    ]);
    const restored = use
      .classic('POST', '/window', { handle: tab.context })
      .then(() => restore(use, session, { ...kept, window: false }));
    await Promise.all([removed, restored]);
  });
}
