import type { RunOptions } from '../../core/options.ts';
import type { Emit, Grid } from '../../core/ports.ts';
import { localGrid } from '../../grid/local.ts';
import { remoteGrid } from '../../grid/remote.ts';
import { sweepDeadSessions } from '../../grid/clear-leftovers.ts';

/** What a grid needs to know of its run. */
export interface GridOrder {
  readonly siteUrls: Iterable<string>;
  readonly signal: AbortSignal;
  /** What a grid in containers tells: before the journal is open, too. */
  readonly emit: Emit;
  /** What takes long, as it goes on. */
  readonly onProgress: (text: string) => void;
}

/** A grid, and the values of its own that no output may show. */
export type RunGrid = Grid & { readonly secrets?: readonly string[] };

/** The grid that the options name, after what dead runs left was ended. Throws a refusal where it can't be had at all. */
export async function gridFor(options: RunOptions, order: GridOrder): Promise<RunGrid> {
  const { grid, sessions, headed, capabilities } = options;
  if (grid === 'docker') {
    // A Docker client is large, and few runs need one.
    const { dockerGrid } = await import('../../grid/docker/docker-grid.ts');
    const { emit, onProgress, ...known } = order;
    return await dockerGrid({
      ...options.docker,
      ...known,
      sessions,
      headed,
      capabilities,
      onProgress,
      onNotice: (level, code, text) => emit({ type: 'notice', level, code, text }),
      onScaled: (nodes, reason) => emit({ type: 'grid-scaled', nodes, reason }),
    });
  }
  await sweepDeadSessions(grid === 'local' ? {} : { gridUrl: grid });
  return grid === 'local' ? localGrid({ sessions, headed }) : remoteGrid(grid, { sessions, headed, capabilities });
}
