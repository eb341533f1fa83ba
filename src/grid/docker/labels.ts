/** Labels of what gridrun makes on an engine. A grid's state lives in them alone. */
export const LABEL = {
  /** On images: made of `Dockerfile.node`, so it takes hub, node or standalone as its command. */
  image: 'io.gridrun.image',
  /** The grid's name. */
  grid: 'io.gridrun.grid',
  /** `hub`, `node` or `network` */
  role: 'io.gridrun.role',
  /** A node's number in its grid, from 1. */
  node: 'io.gridrun.node',
  /** A node's most sessions. */
  sessions: 'io.gridrun.sessions',
  /** Where the grid's secrets are: `file` in the container, or `env`. */
  secrets: 'io.gridrun.secrets',
  /** The process whose run owns the grid; none on a grid that was made to stay. */
  owner: 'io.gridrun.owner',
  /** Of nodes that joined a hub elsewhere: its URL without credentials. */
  hub: 'io.gridrun.hub',
} as const;

export type Role = 'hub' | 'node';

/** Names that are safe in container names, host names and labels. */
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

/** How a node is called on its grid's network: the name outlives its address, which a reconnected node loses. */
export function nodeHost(node: number): string {
  return `node-${node}`;
}
