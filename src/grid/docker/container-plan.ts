import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerCreateOptions } from 'dockerode';
import type { GridImage } from './image.ts';
import { hubName, LABEL, networkName, nodeHost, nodeName } from './labels.ts';
import { packageRoot } from './package-root.ts';
import { secretEnv, type GridSecrets } from './secrets.ts';

const MIB = 1024 * 1024;
const HUB_MEMORY_BYTES = 1024 * MIB;
/** For the server, and for each session: a heavy page takes 500 MB and more. */
const NODE_MEMORY_BYTES = 512 * MIB;
const SESSION_MEMORY_BYTES = 1024 * MIB;
/** Shared memory of Chrome's processes. With the engine's default of 64 MB, tabs crash. */
const SESSION_SHARED_BYTES = 256 * MIB;
/** What a node's /tmp holds at most: profiles, caches, downloads. It is memory, and no page fills the machine's disk. */
const NODE_TMP_BYTES = 256 * MIB;
const SESSION_TMP_BYTES = 512 * MIB;
const SERVER_PIDS = 256;
const SESSION_PIDS = 512;

/** What both kinds of container need to know of their grid. */
interface Common {
  readonly grid: string;
  readonly image: GridImage;
  readonly secrets: GridSecrets;
  /** `ownerLabel()`, if the grid belongs to a run. */
  readonly owner?: string | undefined;
}

export interface HubPlan extends Common {
  readonly port: number;
  /** The address of this machine on which the hub's port is open. */
  readonly listen: string;
  /** Also open the ports of the event bus, for nodes on other machines. */
  readonly openBus: boolean;
}

export interface NodePlan extends Common {
  readonly node: number;
  readonly sessions: number;
  /** Chrome's sandbox needs it. Undefined if the engine takes no profile. */
  readonly seccomp: string | undefined;
}

/** A node of a hub on another machine. */
export interface JoinedNodePlan extends NodePlan {
  readonly hubHost: string;
  readonly hubUrl: string;
  readonly advertise: string;
  /** The same on this machine and in the container, because the node reports a single port to the hub. */
  readonly port: number;
  readonly publishPort: number;
  readonly subscribePort: number;
}

/** Reads grid/seccomp.json in the form that the engine takes. */
export async function readSeccomp(): Promise<string> {
  return JSON.stringify(JSON.parse(await readFile(join(packageRoot(), 'grid', 'seccomp.json'), 'utf8')));
}

/** The container of a hub. */
export function hubContainer(plan: HubPlan): ContainerCreateOptions & { name: string } {
  const bind = (port: number): object => ({ [`${port}/tcp`]: [{ HostIp: plan.listen, HostPort: String(port) }] });
  return {
    name: hubName(plan.grid),
    Hostname: 'hub',
    ...imageOptions(plan, 'hub', {}),
    Labels: labelsOf(plan, 'hub', {}),
    HostConfig: {
      ...limits(HUB_MEMORY_BYTES, SERVER_PIDS, undefined),
      NetworkMode: networkName(plan.grid),
      PortBindings: {
        '4444/tcp': [{ HostIp: plan.listen, HostPort: String(plan.port) }],
        ...(plan.openBus ? { ...bind(4442), ...bind(4443) } : {}),
      },
    },
    NetworkingConfig: { EndpointsConfig: { [networkName(plan.grid)]: { Aliases: ['hub'] } } },
  };
}

/** The container of a node. */
export function nodeContainer(plan: NodePlan): ContainerCreateOptions & { name: string } {
  const host = nodeHost(plan.node);
  return {
    name: nodeName(plan.grid, plan.node),
    Hostname: host,
    ...imageOptions(plan, 'node', { ...nodeEnv(plan), SE_EVENT_BUS_HOST: 'hub', SE_NODE_HOST: host }),
    Labels: labelsOf(plan, 'node', { [LABEL.node]: String(plan.node), [LABEL.sessions]: String(plan.sessions) }),
    HostConfig: { ...nodeLimits(plan), NetworkMode: networkName(plan.grid) },
    NetworkingConfig: { EndpointsConfig: { [networkName(plan.grid)]: { Aliases: [host] } } },
  };
}

/** The container of a node whose hub is on another machine. */
export function joinedNodeContainer(plan: JoinedNodePlan): ContainerCreateOptions & { name: string } {
  const port = `${plan.port}/tcp`;
  return {
    name: nodeName(plan.grid, plan.node),
    ...imageOptions(plan, 'node', {
      ...nodeEnv(plan),
      SE_EVENT_BUS_HOST: plan.hubHost,
      SE_EVENT_BUS_PUBLISH_PORT: String(plan.publishPort),
      SE_EVENT_BUS_SUBSCRIBE_PORT: String(plan.subscribePort),
      SE_NODE_GRID_URL: plan.hubUrl,
      SE_NODE_HOST: plan.advertise,
      SE_NODE_PORT: String(plan.port),
      SE_BIND_HOST: 'false',
    }),
    ExposedPorts: { [port]: {} },
    Labels: labelsOf(plan, 'node', {
      [LABEL.node]: String(plan.node),
      [LABEL.sessions]: String(plan.sessions),
      [LABEL.hub]: plan.hubUrl,
    }),
    HostConfig: {
      ...nodeLimits(plan),
      NetworkMode: networkName(plan.grid),
      PortBindings: { [port]: [{ HostPort: String(plan.port) }] },
    },
  };
}

function nodeEnv(plan: NodePlan): Record<string, string> {
  return {
    SE_EVENT_BUS_PUBLISH_PORT: '4442',
    SE_EVENT_BUS_SUBSCRIBE_PORT: '4443',
    SE_NODE_MAX_SESSIONS: String(plan.sessions),
    SE_NODE_OVERRIDE_MAX_SESSIONS: 'true',
    SE_NODE_HEARTBEAT_PERIOD: '2',
  };
}

/** Our image takes its role as a command and its secrets as files. Any other image has its own command and reads variables. */
function imageOptions(
  plan: Common,
  role: 'hub' | 'node',
  env: Record<string, string>,
): Pick<ContainerCreateOptions, 'Image' | 'Cmd' | 'Env'> {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  if (!plan.image.ours) return { Image: plan.image.ref, Env: [...variables, ...secretEnv(role, plan.secrets)] };
  return { Image: plan.image.ref, Cmd: [role], Env: variables };
}

function labelsOf(plan: Common, role: 'hub' | 'node', more: Record<string, string>): Record<string, string> {
  return {
    [LABEL.grid]: plan.grid,
    [LABEL.role]: role,
    [LABEL.secrets]: plan.image.ours ? 'file' : 'env',
    ...(plan.owner === undefined ? {} : { [LABEL.owner]: plan.owner }),
    ...more,
  };
}

function nodeLimits(plan: NodePlan): NonNullable<ContainerCreateOptions['HostConfig']> {
  const tmpBytes = NODE_TMP_BYTES + plan.sessions * SESSION_TMP_BYTES;
  return {
    Tmpfs: { '/tmp': `rw,exec,nosuid,nodev,mode=1777,size=${tmpBytes}` },
    ...limits(
      NODE_MEMORY_BYTES + plan.sessions * SESSION_MEMORY_BYTES + tmpBytes,
      SERVER_PIDS + plan.sessions * SESSION_PIDS,
      plan.seccomp,
    ),
    ShmSize: plan.sessions * SESSION_SHARED_BYTES,
  };
}

function limits(
  memoryBytes: number,
  pids: number,
  seccomp: string | undefined,
): NonNullable<ContainerCreateOptions['HostConfig']> {
  return {
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges', ...(seccomp === undefined ? [] : [`seccomp=${seccomp}`])],
    Memory: memoryBytes,
    // The same number means no swap: a grid that swaps is a grid that times out.
    MemorySwap: memoryBytes,
    PidsLimit: pids,
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '2' } },
    RestartPolicy: { Name: 'no' },
  };
}
