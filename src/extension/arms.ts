import type { Grid, Isolation, Lease, LeaseRequest, SessionFacts } from '../core/ports.ts';
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
      async lease(request: LeaseRequest): Promise<Lease> {
        const owner = request.arm === 'control' ? control : subject;
        if (owner === undefined) return await plain.lease(request);
        const lease = await owner.lease(request);
        const { sessionId } = lease.session;
        owners.set(sessionId, owner);
        return {
          session: lease.session,
          async release() {
            owners.delete(sessionId);
            await lease.release();
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
      alive: (session, signal) => inner.alive(session, signal),
    }),
  };
}
