import type { SessionFacts } from '../core/ports.ts';
import { restore, withBidi } from './bidi-session.ts';
import { CLEARS } from './clears.ts';
import { wipeClassic } from './wipe-classic.ts';

/**
 * Makes a session as a new one, but for HTTP auth, HSTS and an extension's own storage. Over BiDi, because there a
 * page with an open dialog or a `beforeunload` handler stops nothing, and commands need not wait for each other:
 * it is four round trips long; a session without a BiDi socket is wiped by W3C commands. Throws where it can't; the session is then replaced.
 */
export async function wipe(session: SessionFacts, signal: AbortSignal): Promise<void> {
  if (session.webSocketUrl === undefined) return wipeClassic(session, signal);
  await withBidi(session, signal, async (use) => {
    const [tree, tab] = (await Promise.all([
      use.bidi('browsingContext.getTree', { maxDepth: 0 }),
      // Before the others are closed: the last window takes the browser with it.
      use.bidi('browsingContext.create', { type: 'tab' }),
    ])) as [{ contexts: { context: string }[] }, { context: string }];
    const others = tree.contexts.map(({ context }) => context).filter((context) => context !== tab.context);
    const restored = use.classic('/window', { handle: tab.context }).then(() => restore(use, session));
    const cleared = Promise.all([
      use.bidi('goog:cdp.getSession', { context: tab.context }) as Promise<{ session: string }>,
      // Before the clears: a page that is still there would write again.
      ...others.map((context) => use.bidi('browsingContext.close', { context, promptUnload: false })),
    ]).then(([cdp]) =>
      Promise.all(
        CLEARS.map(([method, params]) => use.bidi('goog:cdp.sendCommand', { method, params, session: cdp.session })),
      ),
    );
    await Promise.all([restored, cleared]);
  });
}
