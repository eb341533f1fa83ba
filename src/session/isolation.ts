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
    throw new GridrunError('session.replace', 'with --isolation session each site gets a session of its own');
  },
};
