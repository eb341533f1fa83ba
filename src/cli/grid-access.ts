import { TABLE } from '../config/settings.ts';
import { switchOption, valueOption } from './command.ts';

/** The grid that a `grid` command means if `--name` is not given. */
export const DEFAULT_GRID = TABLE.gridName.default;

/** `--name` of the `grid` commands. */
export function nameOption(): ReturnType<typeof valueOption> {
  return valueOption('name', 'Name of the grid', DEFAULT_GRID);
}

/** `--force` of the `grid` commands that start nodes. */
export function forceOption(): ReturnType<typeof switchOption> {
  return switchOption('Start more nodes than the machine has room for');
}

/** Prints progress to stderr: stdout holds only what the command was asked for. */
export function onProgress(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What the `grid` commands do. It is loaded late, because a Docker client is large. */
export async function gridCommands(): Promise<typeof import('../app/grids.ts').grids> {
  return (await import('../app/grids.ts')).grids;
}
