import type { ContainerInfo, NetworkInspectInfo } from 'dockerode';
import type { Engine } from './engine.ts';
import { hubName, LABEL, networkName, nodeName, type Role } from './labels.ts';

/** A container of a grid. The facts come from its labels. */
export interface GridContainer {
  readonly id: string;
  readonly name: string;
  readonly grid: string;
  readonly role: Role;
  /** A node's number. 0 for a hub, and for a node that another tool has made. */
  readonly node: number;
  readonly sessions: number;
  /** The engine's word: created, running, paused, restarting, exited, dead, removing. */
  readonly state: string;
  readonly imageId: string;
  /** The hub's port on this machine. */
  readonly port: number | undefined;
  readonly listen: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  /**
   * gridrun made it: it has the name and the network that gridrun gives, which no other container can have. One of
   * another tool may have our labels too. gridrun shows it, but never changes or removes it.
   */
  readonly isOurs: boolean;
  /** Whether it is on the network that it was made for. */
  readonly isConnected: boolean;
}

/** Everything that the engine has of one grid. */
export interface GridInventory {
  readonly name: string;
  /** gridrun's own, or else one that another tool has made. */
  readonly hub: GridContainer | undefined;
  /** The nodes that gridrun made, sorted by number. */
  readonly nodes: readonly GridContainer[];
  /** The containers with the grid's labels that gridrun did not make. Labels can be copied: `docker commit` does. */
  readonly foreign: readonly GridContainer[];
  /** The networks that gridrun made. */
  readonly networkIds: readonly string[];
  readonly owner: string | undefined;
}

const HUB_PORT = 4444;

/** Reads what the engine has of the grid with this name. */
export async function readInventory(engine: Engine, name: string): Promise<GridInventory> {
  const label = `${LABEL.grid}=${name}`;
  const [containers, networks] = await Promise.all([listContainers(engine, label), listNetworks(engine, label)]);
  return inventoryOf(name, containers, networks);
}

/** Reads every grid that the engine has something of. */
export async function readInventories(engine: Engine): Promise<GridInventory[]> {
  const [containers, networks] = await Promise.all([
    listContainers(engine, LABEL.grid),
    listNetworks(engine, LABEL.grid),
  ]);
  const names = new Set([...containers, ...networks].map(({ Labels }) => Labels?.[LABEL.grid] ?? ''));
  return [...names].sort().map((name) => inventoryOf(name, containers.filter(isOf(name)), networks.filter(isOf(name))));
}

function isOf(name: string): (thing: { Labels?: Record<string, string> | undefined }) => boolean {
  return ({ Labels }) => Labels?.[LABEL.grid] === name;
}

async function listContainers(engine: Engine, label: string): Promise<ContainerInfo[]> {
  return await engine.call(
    'list containers',
    async (abortSignal) => await engine.docker.listContainers({ all: true, filters: { label: [label] }, abortSignal }),
  );
}

async function listNetworks(engine: Engine, label: string): Promise<NetworkInspectInfo[]> {
  return await engine.call(
    'list networks',
    async () => await engine.docker.listNetworks({ filters: { label: [label] } }),
  );
}

function inventoryOf(
  name: string,
  containers: readonly ContainerInfo[],
  networks: readonly NetworkInspectInfo[],
): GridInventory {
  const all = containers.map(containerOf);
  const hubs = all.filter(({ role }) => role === 'hub');
  const ourNetworks = networks.filter(({ Name }) => Name === networkName(name));
  const owners = [...all.filter(({ isOurs }) => isOurs).map(({ labels }) => labels), ...ourNetworks.map(labelsOf)];
  return {
    name,
    hub: hubs.find(({ isOurs }) => isOurs) ?? hubs[0],
    nodes: all.filter(({ role, isOurs }) => role === 'node' && isOurs).sort((a, b) => a.node - b.node),
    foreign: all.filter(({ isOurs }) => !isOurs),
    networkIds: ourNetworks.map(({ Id }) => Id),
    owner: owners.map((labels) => labels[LABEL.owner]).find((label) => label !== undefined),
  };
}

/** The nodes of a grid with those that another tool has made: to be shown, and never to be changed. */
export function everyNode({ nodes, foreign }: GridInventory): GridContainer[] {
  return [
    ...nodes,
    ...foreign.filter(({ role }) => role === 'node').sort((a, b) => a.node - b.node || a.name.localeCompare(b.name)),
  ];
}

function labelsOf({ Labels }: NetworkInspectInfo): Readonly<Record<string, string>> {
  return Labels ?? {};
}

function containerOf(info: ContainerInfo): GridContainer {
  const labels = info.Labels;
  const name = (info.Names[0] ?? info.Id).replace(/^\//, '');
  const grid = labels[LABEL.grid] ?? '';
  const role = labels[LABEL.role] === 'hub' ? 'hub' : 'node';
  const node = Number(labels[LABEL.node] ?? 0);
  const ownName = role === 'hub' ? hubName(grid) : nodeName(grid, node);
  const network = info.HostConfig.NetworkMode;
  const published = info.Ports.find(
    ({ PrivatePort, PublicPort }) => PrivatePort === HUB_PORT && PublicPort !== undefined,
  );
  return {
    id: info.Id,
    name,
    grid,
    role,
    node,
    sessions: Number(labels[LABEL.sessions] ?? 1),
    state: info.State,
    imageId: info.ImageID,
    port: published?.PublicPort,
    listen: published?.IP,
    labels,
    isOurs: name === ownName && network === networkName(grid),
    isConnected: info.NetworkSettings.Networks[network] !== undefined,
  };
}
