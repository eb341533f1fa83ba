import { once } from 'node:events';
import { BlockList, connect, createServer, isIP, isIPv4, type AddressInfo, type Server, type Socket } from 'node:net';
import { GridrunError } from '../../core/fault.ts';
import { isBlocked, siteRules, type ChromeFlag } from '../chrome-flags.ts';
import type { HostNames } from '../hosts-file.ts';
import { isLoopbackAddress, loopbackOf, siteOf } from '../loopback.ts';
import type { GridNetwork } from './network.ts';

export interface Forwarder extends AsyncDisposable {
  /** The Chrome arguments with which the grid's browsers find the sites. */
  readonly chromeFlags: readonly ChromeFlag[];
}

/** A command line has a max length: above this number of names, one rule stands for all names of a port. */
const MAX_RULES = 400;

/** One address and port of this machine's loopback that sites of the list use. */
interface Door {
  /** The address to connect to: `localhost`, or an IP address. */
  readonly address: string;
  readonly port: number;
  /** The names by which the sites call it. */
  readonly hosts: Set<string>;
}

/**
 * Whether the grid's browsers can't reach a site by themselves: it is on this machine, blocked by the grid's image, or known
 * only to this machine's hosts file.
 */
export function needsForwarder(url: string, names: HostNames): boolean {
  return loopbackOf(url) !== undefined || isBlocked(url) || names.has(new URL(url).hostname);
}

/**
 * Listens on the gateway of the grid's network, once for each loopback site of the list, and passes connections on to
 * that site. Only containers of that network may connect. Throws a `GridrunError` if the engine is on another machine:
 * its gateway is then not an address of this one.
 */
export async function openForwarder(
  urls: readonly string[],
  network: GridNetwork,
  names: HostNames,
): Promise<Forwarder> {
  const doors = new Doors(network);
  const rules = [...nameRules(urls, names), ...siteRules(urls)];
  const spaces: string[] = [];
  try {
    for (const door of doorsOf(urls, names)) {
      const at = `${network.gateway}:${await doors.open(door)}`;
      rules.push(...shownHosts(door).map((name) => `MAP ${name}:${door.port} ${at}`));
      spaces.push(`${at}=public`);
    }
  } catch (error) {
    await doors.close();
    throw error;
  }
  const chromeFlags: ChromeFlag[] = [
    { name: '--host-resolver-rules', separator: ' , ', value: rules.join(' , ') },
    // A site of the list counts as a public site: it may not reach private addresses.
    { name: '--ip-address-space-overrides', separator: ',', value: spaces.join(',') },
  ];
  return {
    chromeFlags: chromeFlags.filter(({ value }) => value !== ''),
    [Symbol.asyncDispose]: async () => await doors.close(),
  };
}

/** The hosts of a door. One rule stands for many names of localhost. */
function shownHosts({ hosts }: Door): string[] {
  if (hosts.size <= MAX_RULES) return [...hosts];
  return ['localhost', '*.localhost', ...[...hosts].filter((host) => !/(^|\.)localhost$/.test(host))];
}

/** The rules for names that only this machine's hosts file has. Those on loopback get a door instead. */
function nameRules(urls: readonly string[], names: HostNames): string[] {
  const rules = new Set<string>();
  for (const url of urls) {
    const { hostname } = new URL(url);
    const address = loopbackOf(url) === undefined ? names.get(hostname) : undefined;
    if (address === undefined || isLoopbackAddress(address)) continue;
    rules.add(`MAP ${hostname} ${isIPv4(address) ? address : `[${address}]`}`);
  }
  return [...rules];
}

/** One door for each address and port. All names of localhost are one address. */
function doorsOf(urls: readonly string[], names: HostNames): Iterable<Door> {
  const doors = new Map<string, Door>();
  for (const url of urls) {
    const { hostname } = new URL(url);
    const named = names.get(hostname);
    const site = loopbackOf(url) ?? (named !== undefined && isLoopbackAddress(named) ? siteOf(url) : undefined);
    if (site === undefined) continue;
    const address = loopbackOf(url) === undefined && named !== undefined ? named : addressOf(site.host);
    const key = `${address} ${site.port}`;
    const door = doors.get(key) ?? { address, port: site.port, hosts: new Set() };
    door.hosts.add(site.host);
    doors.set(key, door);
  }
  return doors.values();
}

function addressOf(host: string): string {
  if (host.startsWith('[')) return host.slice(1, -1);
  return isIPv4(host) ? host : 'localhost';
}

/** The open doors of one network, with the connections through them. */
class Doors {
  readonly #network: GridNetwork;
  readonly #allowed = new BlockList();
  readonly #family: 'ipv4' | 'ipv6';
  readonly #servers: Server[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(network: GridNetwork) {
    this.#network = network;
    const [address = '', bits = '32'] = network.subnet.split('/');
    this.#family = isIPv4(address) ? 'ipv4' : 'ipv6';
    // A network without an address lets nobody in.
    if (isIP(address) !== 0) this.#allowed.addSubnet(address, Number(bits), this.#family);
  }

  /** Opens a door and returns its port on the gateway. */
  async open(door: Door): Promise<number> {
    const server = createServer((socket) => this.#pass(socket, door));
    this.#servers.push(server);
    const listening = once(server, 'listening');
    server.listen(0, this.#network.gateway);
    await listening.catch((error: unknown) => {
      throw engineElsewhere(this.#network, error);
    });
    server.unref();
    return (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#servers.map(async (server) => await new Promise((resolve) => server.close(resolve))));
  }

  #pass(socket: Socket, { address, port }: Door): void {
    if (socket.remoteAddress === undefined || !this.#allowed.check(socket.remoteAddress, this.#family)) {
      socket.destroy();
      return;
    }
    const site = connect({ host: address, port, autoSelectFamily: true });
    this.#link(socket, site);
    this.#link(site, socket);
    socket.pipe(site);
    site.pipe(socket);
  }

  #link(end: Socket, other: Socket): void {
    this.#sockets.add(end);
    // If the site refuses the connection, the browser sees a refused connection too, as it would on this machine.
    end.on('error', () => other.destroy());
    end.on('close', () => {
      this.#sockets.delete(end);
      other.destroySoon();
    });
  }
}

function engineElsewhere({ gateway }: GridNetwork, cause: unknown): GridrunError {
  return new GridrunError(
    'grid.engine-elsewhere',
    `some sites are on this machine (localhost), but the Docker engine runs on another one, so its browsers cannot reach them: the gateway ${gateway} of its network is not an address of this machine`,
    {
      hint: "use an engine on this machine, pass --grid local, or list the sites by addresses that the engine's machine can reach",
      cause,
    },
  );
}
