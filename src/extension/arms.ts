import type { Grid, Isolation, OwnedSession, SessionKept, SessionRequest, SessionFacts } from '../core/ports.ts';
import type { ExtensionGrid } from './extension-grid.ts';

/** The grid and the isolation of a run with an extension. */
export interface Arms {
  /** Opens each session with its arm's extension. The caller still owns the plain grid: disposing of this one does nothing. */
  readonly grid: Grid;
  /** Adds the extension's reset after the inner one. */
  isolation(inner: Isolation): Isolation;
}

/** Sessions of the subject have the extension. Sessions of the control have another build of it, or none. */
export function extensionArms(plain: Grid, subject: ExtensionGrid, control?: ExtensionGrid): Arms {
  /** The extension of each session. */
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
      async reset(session: SessionFacts, signal: AbortSignal, kept?: SessionKept) {
        const owner = owners.get(session.sessionId);
        // An extension may open, move and close windows by itself.
        await inner.reset(
          session,
          signal,
          owner === undefined || kept === undefined ? kept : { ...kept, window: false },
        );
        await owner?.reset(session, signal);
      },
    }),
  };
}
