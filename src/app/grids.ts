import { downAllDead, gridDown } from '../grid/docker/down.ts';
import { gridImage } from '../grid/docker/image.ts';
import { gridJoin } from '../grid/docker/join.ts';
import { gridLogs } from '../grid/docker/logs.ts';
import { gridScale } from '../grid/docker/scale.ts';
import { gridStatus } from '../grid/docker/status.ts';
import { gridUp } from '../grid/docker/up.ts';

/** What the `grid` commands do with grids in containers. Each throws a `GridrunError`. */
export const grids = {
  up: gridUp,
  down: gridDown,
  downAllDead,
  status: gridStatus,
  scale: gridScale,
  logs: gridLogs,
  join: gridJoin,
  image: gridImage,
} as const;

export type { GridReport } from '../grid/docker/status.ts';
