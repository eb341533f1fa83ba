/** The labels of everything that gridrun makes on an engine. They are the only place where a grid's state is kept. */
export const LABEL = {
  /** On images: made from `Dockerfile.node`, so the command is `hub`, `node` or `standalone`. */
  image: 'io.gridrun.image',
  /** The grid's name. */
  grid: 'io.gridrun.grid',
  /** `hub`, `node` or `network` */
  role: 'io.gridrun.role',
  /** A node's number in its grid, from 1. */
  node: 'io.gridrun.node',
  /** A node's max number of sessions. */
  sessions: 'io.gridrun.sessions',
  /** Where the grid's secrets are: `file` in the container, or `env`. */
  secrets: 'io.gridrun.secrets',
  /** The process whose run owns the grid. A grid that outlives its maker has no owner. */
  owner: 'io.gridrun.owner',
  /** On nodes of a hub on another machine: the hub's URL without credentials. */
  hub: 'io.gridrun.hub',
} as const;

export type Role = 'hub' | 'node';

/** Names that are safe as container names, host names and labels. */
const GRID_NAME = /^[a-z0-9][a-z0-9-]{0,40}$/;

export function isGridName(name: string): boolean {
  return GRID_NAME.test(name);
}

export function networkName(grid: string): string {
  return `gridrun-${grid}`;
}

export function hubName(grid: string): string {
  return `gridrun-${grid}-hub`;
}

export function nodeName(grid: string, node: number): string {
  return `gridrun-${grid}-node-${node}`;
}

/** grid/chromium-flags blocks the hosts node-1 to node-99, so that no page can reach a node. There can be no more. */
export const MAX_NODES = 99;

/** The node's host name on its grid's network. It stays when a node that was cut off comes back with a new address. */
export function nodeHost(node: number): string {
  return `node-${node}`;
}
