import Docker from 'dockerode';
import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { gridDown } from '../../src/grid/docker/down.ts';
import { WireClient } from '../../src/wire/wire-client.ts';
import type { SessionFacts } from '../../src/core/ports.ts';

/** The engine of the tests: the one that DOCKER_HOST names. */
export const docker = new Docker();

/** A unique name for a grid. The end of the test removes the grid. */
export function gridName(): AsyncDisposable & { readonly name: string } {
  const name = `test-${randomBytes(4).toString('hex')}`;
  return {
    name,
    async [Symbol.asyncDispose]() {
      await gridDown(name);
    },
  };
}

/**
 * Lists the leftovers on the engine: of these grids, of grids that this process owns, and of gridrun without a label.
 * After a test it is empty. Other tests may use the same engine at the same time.
 */
export async function leftovers(...grids: readonly string[]): Promise<string[]> {
  const [containers, networks] = await Promise.all([docker.listContainers({ all: true }), docker.listNetworks()]);
  const all = [
    ...containers.map(({ Names, Labels }) => ({ name: Names[0]!.slice(1), labels: Labels })),
    ...networks.map(({ Name, Labels }) => ({ name: Name, labels: Labels ?? {} })),
  ];
  return all
    .filter(({ name, labels }) => isLeft(name, labels, grids))
    .map(({ name }) => name)
    .sort();
}

function isLeft(name: string, labels: Readonly<Record<string, string>>, grids: readonly string[]): boolean {
  const grid = labels['io.gridrun.grid'];
  if (grid === undefined) return name.startsWith('gridrun-');
  return grids.includes(grid) || labels['io.gridrun.owner']?.includes(`"pid":${process.pid},`) === true;
}

/** The containers and networks of a grid, found by its label. */
export async function ofGrid(name: string): Promise<{ containers: string[]; networks: string[] }> {
  const filters = { label: [`io.gridrun.grid=${name}`] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  return {
    containers: containers.map(({ Names }) => Names[0]!.slice(1)).sort(),
    networks: networks.map(({ Name }) => Name),
  };
}

/** A site on this machine's loopback, such as a list may have. */
export async function loopbackSite(listener: RequestListener): Promise<AsyncDisposable & { readonly port: number }> {
  const server: Server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Commands of one session. */
export interface Driving {
  go(url: string): Promise<void>;
  run(script: string, ...args: unknown[]): Promise<unknown>;
  runAsync(script: string, ...args: unknown[]): Promise<unknown>;
  windows(): Promise<string[]>;
  enter(window: string): Promise<void>;
  /** Closes a window and returns its URL and its source. */
  closing(window: string): Promise<{ url: string; source: string }>;
}

export function driving(session: SessionFacts): Driving {
  const client = new WireClient(session.endpoint);
  const command = async (method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> =>
    await client.send(method, `/session/${session.sessionId}${path}`, body, { deadlineMs: 120_000 });
  const send = async (path: string, body: unknown): Promise<unknown> => await command('POST', path, body);
  return {
    go: async (url) => void (await send('/url', { url })),
    run: async (script, ...args) => await send('/execute/sync', { script, args }),
    async runAsync(script, ...args) {
      await send('/timeouts', { script: 110_000 });
      return await send('/execute/async', { script, args });
    },
    windows: async () => (await command('GET', '/window/handles')) as string[],
    enter: async (window) => void (await send('/window', { handle: window })),
    async closing(window) {
      await send('/window', { handle: window });
      const url = (await command('GET', '/url')) as string;
      const source = (await command('GET', '/source')) as string;
      await command('DELETE', '/window');
      return { url, source };
    },
  };
}

/** Runs a program in a container and returns its output. */
export async function inContainer(name: string, command: readonly string[]): Promise<string> {
  const exec = await docker.getContainer(name).exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const chunks: Buffer[] = [];
  const sink = { write: (chunk: Buffer) => chunks.push(chunk), end() {} };
  docker.modem.demuxStream(stream, sink as never, sink as never);
  await once(stream, 'end');
  return Buffer.concat(chunks).toString('utf8');
}

/** Pauses a container. The kernel cannot freeze a group while it starts processes, as Chrome does; the engine then says so. */
export async function pause(container: string): Promise<void> {
  for (;;) {
    try {
      return void (await docker.getContainer(container).pause());
    } catch (error) {
      if (!String(error).includes('unable to freeze')) throw error;
    }
  }
}
