import type { SessionFacts } from '../core/ports.ts';
import { restore, withBidi } from './bidi-session.ts';
import { CLEARS, wipeClassic } from './wipe-classic.ts';

/**
 * Brings a session back to the state of a new one, except for HTTP auth, HSTS and an extension's own storage. It uses
 * BiDi, because over BiDi an open dialog or a `beforeunload` handler blocks nothing, and commands run at once: the wipe
 * takes four round trips. A session without a BiDi socket is wiped by W3C commands.
 * Throws if it cannot wipe; the session must then be replaced.
 */
export async function wipe(session: SessionFacts, signal: AbortSignal): Promise<void> {
  if (session.webSocketUrl === undefined) return wipeClassic(session, signal);
  await withBidi(session, signal, async (use) => {
    const [tree, tab] = (await Promise.all([
      use.bidi('browsingContext.getTree', { maxDepth: 0 }),
      // Before the others close: the browser ends with its last window.
      use.bidi('browsingContext.create', { type: 'tab' }),
    ])) as [{ contexts: { context: string }[] }, { context: string }];
    const others = tree.contexts.map(({ context }) => context).filter((context) => context !== tab.context);
    const restored = use.classic('/window', { handle: tab.context }).then(() => restore(use, session));
    const cleared = Promise.all([
      use.bidi('goog:cdp.getSession', { context: tab.context }) as Promise<{ session: string }>,
      // Before the clears: a page that is still open could write again.
      ...others.map((context) => use.bidi('browsingContext.close', { context, promptUnload: false })),
    ]).then(([cdp]) =>
      Promise.all(
        CLEARS.map(([method, params]) => use.bidi('goog:cdp.sendCommand', { method, params, session: cdp.session })),
      ),
    );
    await Promise.all([restored, cleared]);
  });
}
