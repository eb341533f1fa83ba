import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OwnPage } from '../../core/ports.ts';
import { withChromeFlags } from '../chrome-flags.ts';
import { runInContainer } from './containers.ts';
import type { Engine } from './engine.ts';
import { gridNetwork } from './network.ts';
import { findDockerGrid } from './open-grid.ts';

/** A node that cannot reach the page within this time cannot reach it at all: a firewall of this machine drops packets. */
const REACH_MS = 3_000;
/** The image blocks the addresses of its own network, except for what these rules name. */
const RULES = { name: '--host-resolver-rules', separator: ' , ' };

/**
 * Opens a page on this machine's address in a grid's network. Undefined if no node can reach it, because the engine is on
 * another machine or a firewall is between them. Throws a `GridrunError` if the engine fails.
 */
export async function openOwnPage(engine: Engine, name: string): Promise<OwnPage | undefined> {
  const grid = await findDockerGrid(name, engine);
  const node = grid?.inventory.nodes.find(({ state }) => state === 'running');
  if (grid === undefined || node === undefined) return undefined;
  const { gateway } = await gridNetwork(engine, grid.hub.id);
  const server = await listening(gateway);
  if (server === undefined) return undefined;
  const { port } = server.address() as AddressInfo;
  const knock = `timeout ${REACH_MS / 1000} bash -c '</dev/tcp/${gateway}/${port}'`;
  const isReached = await runInContainer(engine, node.id, ['bash', '-c', knock]).catch(() => false);
  if (!isReached) {
    await close(server);
    return undefined;
  }
  const host = `${gateway}:${port}`;
  return {
    url: `http://${host}/`,
    reachedWith: (capabilities) => withChromeFlags(capabilities, [{ ...RULES, value: `MAP ${host} ${host}` }]),
    [Symbol.asyncDispose]: async () => await close(server),
  };
}

/** A server on one address. Undefined if this machine does not have that address. */
async function listening(address: string): Promise<Server | undefined> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>gridrun</title>A page of gridrun');
  });
  const isOpen = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(0, address).unref();
  return (await isOpen) ? server : undefined;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
