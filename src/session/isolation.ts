import { GridrunError } from '../core/fault.ts';
import type { IsolationKind } from '../core/options.ts';
import type { Isolation } from '../core/ports.ts';
import { freshContext } from './context.ts';
import { wipe } from './wipe.ts';

/** The isolation of a run: what `--isolation` asks for. */
export function isolation(kind: IsolationKind): Isolation {
  return { reset: RESETS[kind] };
}

const RESETS: Readonly<Record<IsolationKind, Isolation['reset']>> = {
  wipe,
  context: freshContext,
  session: async () => {
    throw new GridrunError(
      'session.replace',
      'this session has had its one site; --isolation session opens a new one for each site',
    );
  },
};

/**
 * After this number of sites a session is replaced, even if nothing is wrong with it. `wipe` cannot clear HTTP auth,
 * HSTS and open connections, by which a server may recognize a visitor; and Chrome grows with each hostile page. A
 * new session costs 0.4 to 1.8 s, which is at most 70 ms a site: less than half of the wipe itself.
 */
const WORN_AFTER_SITES = 25;

/** The max number of sites in one session. */
export function sitesPerSession(kind: IsolationKind): number {
  return kind === 'session' ? 1 : WORN_AFTER_SITES;
}
