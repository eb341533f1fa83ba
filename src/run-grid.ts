import { refusal } from './core/fault.ts';
import type { RunOptions } from './core/options.ts';
import type { Grid } from './core/ports.ts';
import { localGrid } from './grid/local.ts';
import { remoteGrid } from './grid/remote.ts';
import { sweepDeadSessions } from './grid/sweep.ts';

/** The grid that the options name, after what dead runs left was ended. Throws a refusal where it can't be had at all. */
export async function openGrid(options: RunOptions): Promise<Grid> {
  const { grid, sessions, headed, capabilities } = options;
  if (grid === 'docker') throw refusal('grid.docker', '--grid docker is not there yet');
  await sweepDeadSessions(grid === 'local' ? {} : { gridUrl: grid });
  return grid === 'local' ? localGrid({ sessions, headed }) : remoteGrid(grid, { sessions, headed, capabilities });
}
