import { GridrunError } from '../core/fault.ts';
import type { IsolationKind } from '../core/options.ts';
import type { Isolation, SessionFacts } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { freshContext } from './context.ts';
import { wipe } from './wipe.ts';

/** A page that is hung, or a browser that is gone, does not answer; what is well does in well under a second. */
const ALIVE_DEADLINE_MS = 5000;

/** What separates two sites of one session. */
export function isolation(kind: IsolationKind): Isolation {
  return { reset: RESETS[kind], alive };
}

const RESETS: Readonly<Record<IsolationKind, Isolation['reset']>> = {
  wipe,
  context: freshContext,
  session: async () => {
    throw new GridrunError('session.replace', 'with --isolation session each site gets a session of its own');
  },
};

/**
 * The URL of the page: of all cheap commands the one that also fails when only the tab has crashed, and that a page
 * which computes for ever does not answer. A window that a check closed is no death.
 */
async function alive(session: SessionFacts, signal: AbortSignal): Promise<boolean> {
  try {
    await new WireClient(session.endpoint).send('GET', `/session/${session.sessionId}/url`, undefined, {
      deadlineMs: ALIVE_DEADLINE_MS,
      signal,
    });
    return true;
  } catch (error) {
    // Whatever a browser refuses, it lives; what gave no answer, or says that it is over, does not.
    return error instanceof WireError && !error.sessionLost && error.blames !== 'grid' && error.blames !== 'runner';
  }
}
