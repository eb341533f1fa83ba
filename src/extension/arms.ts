import type { Grid, Isolation, OwnedSession, SessionRequest, SessionFacts } from '../core/ports.ts';
import type { ExtensionGrid } from './extension-grid.ts';

/** What a run with an extension dispatches to. */
export interface Arms {
  /** Gives each arm's sessions what the arm has. The grid below stays the caller's: disposing of this does nothing. */
  readonly grid: Grid;
  /** The isolation with the extension's own reset at its end. */
  isolation(inner: Isolation): Isolation;
}

/** The subject's sessions have the extension; the control's have another build of it, or are as the plain grid gives them. */
export function extensionArms(plain: Grid, subject: ExtensionGrid, control?: ExtensionGrid): Arms {
  /** Whose a session is. */
  const owners = new Map<string, ExtensionGrid>();
  return {
    grid: {
      name: plain.name,
      capacity: (signal) => plain.capacity(signal),
      async openSession(request: SessionRequest): Promise<OwnedSession> {
        const owner = request.arm === 'control' ? control : subject;
        if (owner === undefined) return await plain.openSession(request);
        const owned = await owner.openSession(request);
        const { sessionId } = owned.session;
        owners.set(sessionId, owner);
        return {
          session: owned.session,
          async release() {
            owners.delete(sessionId);
            await owned.release();
          },
        };
      },
      async [Symbol.asyncDispose]() {},
    },
    isolation: (inner) => ({
      async reset(session: SessionFacts, signal: AbortSignal) {
        await inner.reset(session, signal);
        await owners.get(session.sessionId)?.reset(session, signal);
      },
    }),
  };
}
