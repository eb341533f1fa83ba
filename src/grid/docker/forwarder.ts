import { once } from 'node:events';
import { BlockList, connect, createServer, isIPv4, type AddressInfo, type Server, type Socket } from 'node:net';
import { GridrunError } from '../../core/fault.ts';

/** A network of the engine as it is seen from this machine. */
export interface GridNetwork {
  /** This machine's own address on it. */
  readonly gateway: string;
  /** `172.18.0.0/16` */
  readonly subnet: string;
}

export interface Forwarder extends AsyncDisposable {
  /** Chrome's arguments by which the browsers of the grid find the sites. */
  readonly chromeFlags: readonly ChromeFlag[];
}

/** A Chrome argument that is a list: `--name=one , two`. */
export interface ChromeFlag {
  readonly name: string;
  readonly separator: string;
  readonly value: string;
}

/** More rules than this are written as one for all names of a port: a command line has an end. */
const MAX_RULES = 400;

interface Door {
  readonly hosts: Set<string>;
  readonly port: number;
}

/** As grid/chromium-flags has them. */
const GRID_PORTS = new Set(['4442', '4443', '4444', '5555']);

/** The host and port of a URL whose host is this machine's loopback; undefined for any other. */
function loopbackOf(url: string): { host: string; port: number } | undefined {
  const { hostname, port, protocol } = new URL(url);
  const loopback =
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname) ||
    hostname === '[::1]';
  return loopback
    ? { host: hostname, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
    : undefined;
}

/** Does a site need more than the network gives it: one of this machine, or one that our image takes for the grid's? */
export function needsForwarder(url: string): boolean {
  return loopbackOf(url) !== undefined || isOnGridPort(url);
}

/** Our image lets nothing reach the ports of a grid's machines, on any host: a site of the list must be let through. */
function isOnGridPort(url: string): boolean {
  return GRID_PORTS.has(new URL(url).port) && loopbackOf(url) === undefined;
}

/**
 * Opens a door on the grid network's gateway for each loopback site of the list, and to nothing else. Only containers of
 * that network are let in. Throws a refusal where the engine is on another host: its gateway is then not this machine's.
 */
export async function openForwarder(urls: readonly string[], network: GridNetwork): Promise<Forwarder> {
  const doors = doorsOf(urls);
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map(async (server) => await new Promise((resolve) => server.close(resolve))));
  };
  const rules: string[] = urls.filter(isOnGridPort).map((url) => `MAP ${new URL(url).host} ${new URL(url).host}`);
  const spaces: string[] = [];
  try {
    for (const [target, door] of doors) {
      const server = createServer((socket) => pass(socket, target, door.port, network, sockets));
      servers.push(server);
      const listening = once(server, 'listening');
      server.listen(0, network.gateway);
      await listening.catch((error: unknown) => {
        throw elsewhere(network, error);
      });
      server.unref();
      const at = `${network.gateway}:${(server.address() as AddressInfo).port}`;
      const names = door.hosts.size > MAX_RULES ? ['localhost', '*.localhost'] : [...door.hosts];
      rules.push(...names.map((name) => `MAP ${name}:${door.port} ${at}`));
      spaces.push(`${at}=public`);
    }
  } catch (error) {
    await close();
    throw error;
  }
  const chromeFlags: ChromeFlag[] = [
    { name: '--host-resolver-rules', separator: ' , ', value: rules.join(' , ') },
    // A site of the list is as any site of the world: it may not reach what is near.
    { name: '--ip-address-space-overrides', separator: ',', value: spaces.join(',') },
  ];
  return { chromeFlags: chromeFlags.filter(({ value }) => value !== ''), [Symbol.asyncDispose]: close };
}

/** Chrome's arguments with these added; chromedriver keeps one of a name, so a list that is there gets ours at its end. Pure. */
export function withFlags(args: readonly string[], flags: readonly ChromeFlag[]): string[] {
  const others = args.filter((arg) => !flags.some(({ name }) => arg.startsWith(`${name}=`)));
  const ours = flags.map(({ name, separator, value }) => {
    const given = args.filter((arg) => arg.startsWith(`${name}=`)).map((arg) => arg.slice(name.length + 1));
    return `${name}=${[...given, value].join(separator)}`;
  });
  return [...others, ...ours];
}

/** One door for each address and port of this machine; all names of localhost are one address. */
function doorsOf(urls: readonly string[]): Map<string, Door> {
  const doors = new Map<string, Door>();
  for (const url of urls) {
    const site = loopbackOf(url);
    if (site === undefined) continue;
    const target = `${addressOf(site.host)} ${site.port}`;
    const door = doors.get(target) ?? { hosts: new Set(), port: site.port };
    door.hosts.add(site.host);
    doors.set(target, door);
  }
  return doors;
}

function addressOf(host: string): string {
  if (host.startsWith('[')) return host.slice(1, -1);
  return isIPv4(host) ? host : 'localhost';
}

function pass(socket: Socket, target: string, port: number, network: GridNetwork, sockets: Set<Socket>): void {
  const allowed = new BlockList();
  const [address = '', bits = '32'] = network.subnet.split('/');
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  allowed.addSubnet(address, Number(bits), family);
  if (socket.remoteAddress === undefined || !allowed.check(socket.remoteAddress, family)) {
    socket.destroy();
    return;
  }
  const host = target.slice(0, target.indexOf(' '));
  const site = connect({ host, port, autoSelectFamily: true });
  for (const [end, other] of [
    [socket, site],
    [site, socket],
  ] as const) {
    sockets.add(end);
    // A site that is not there is then refused to the browser too, as it would be on this machine.
    end.on('error', () => other.destroy());
    end.on('close', () => {
      sockets.delete(end);
      other.destroySoon();
    });
  }
  socket.pipe(site);
  site.pipe(socket);
}

function elsewhere(network: GridNetwork, cause: unknown): GridrunError {
  return new GridrunError(
    'grid.engine-elsewhere',
    `the list has sites on this machine's loopback, and ${network.gateway}, where the grid's browsers would find them, is not this machine's: the engine is on another host`,
    {
      hint: 'use an engine of this machine, --grid local, or sites with an address that the engine’s host can reach',
      cause,
    },
  );
}
