import type { SessionFacts } from '../core/ports.ts';
import { NOTHING_KEPT, restore, withBidi } from './bidi-session.ts';
import { closeTabs, type Tab } from './close-tabs.ts';
import { CLEARS, wipeClassic } from './wipe-classic.ts';

/**
 * Brings a session back to the state of a new one, except for HTTP auth, HSTS and an extension's own storage. It uses
 * BiDi, because over BiDi an open dialog or a `beforeunload` handler blocks nothing, and commands run at once: the wipe
 * takes four round trips. A session without a BiDi socket is wiped by W3C commands.
 * Throws if it cannot wipe; the session must then be replaced.
 */
export async function wipe(session: SessionFacts, signal: AbortSignal, kept = NOTHING_KEPT): Promise<void> {
  if (session.webSocketUrl === undefined) return wipeClassic(session, signal, kept);
  await withBidi(session, signal, async (use) => {
    const [tree, tab] = (await Promise.all([
      use.bidi('browsingContext.getTree', { maxDepth: 0 }),
      // Before the others close: the browser ends with its last window.
      use.bidi('browsingContext.create', { type: 'tab' }),
    ])) as [{ contexts: Tab[] }, { context: string }];
    const isOther = ({ context }: Tab): boolean => context !== tab.context;
    const restored = use
      .classic('POST', '/window', { handle: tab.context })
      .then(() => restore(use, session, { ...kept, window: false }));
    const cdp = use.bidi('goog:cdp.getSession', { context: tab.context }) as Promise<{ session: string }>;
    // After each close: a page that is still open could write again.
    const clear = async (): Promise<void> => {
      const { session: id } = await cdp;
      await Promise.all(
        CLEARS.map(([method, params]) => use.bidi('goog:cdp.sendCommand', { method, params, session: id })),
      );
    };
    await Promise.all([restored, cdp, closeTabs(use, tree.contexts.filter(isOther), isOther, clear)]);
  });
}
