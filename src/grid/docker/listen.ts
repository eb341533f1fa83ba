import { isIP, isIPv4 } from 'node:net';
import { GridrunError } from '../../core/fault.ts';
import type { Engine } from './engine.ts';

const LOOPBACK = '127.0.0.1';

/**
 * The address that `--listen` means: an IP address or `localhost`. Returns undefined for anything else, because the
 * engine opens a port on every interface if it does not understand the address. Pure.
 */
export function listenAddress(given: string): string | undefined {
  const text = given.trim().replace(/^\[(.*)\]$/, '$1');
  if (text.toLowerCase() === 'localhost') return LOOPBACK;
  // A zone (`fe80::1%eth0`) is an address to Node, but not to the engine.
  if (isIP(text) === 0 || text.includes('%')) return undefined;
  return plainAddress(text);
}

/** One spelling for each address. Pure. */
function plainAddress(address: string): string {
  if (isIPv4(address)) return address;
  const { hostname } = new URL(`http://[${address}]/`);
  const ipv6 = hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(ipv6);
  if (mapped === null) return ipv6;
  return mapped
    .slice(1)
    .flatMap((part) => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255])
    .join('.');
}

/** Whether an address means every interface of this machine. Pure. */
function isEveryAddress(address: string): boolean {
  return address === '' || address === '0.0.0.0' || address === '::';
}

/** Where a hub's ports should be open, as its container was made. */
export interface HubBinding {
  /** As it was asked for. An older gridrun let names through. */
  readonly listen: string;
  readonly port: number;
  readonly openBus: boolean;
}

type Bindings = Readonly<Record<string, readonly { readonly HostIp?: string; readonly HostPort?: string }[] | null>>;

/** Reads where the ports of a hub should be open, and checks where they are. Throws a `GridrunError`. */
export async function hubBinding(engine: Engine, id: string): Promise<HubBinding> {
  const facts = await engine.call('inspect a hub', async () => await engine.docker.getContainer(id).inspect());
  const asked = (facts.HostConfig.PortBindings ?? {}) as Bindings;
  const [main] = asked['4444/tcp'] ?? [];
  return { listen: main?.HostIp ?? '', port: Number(main?.HostPort ?? 0), openBus: asked['4442/tcp'] !== undefined };
}

/**
 * Compares the addresses on which a container's ports are open with the one that was asked for. Throws `grid.open-port`
 * if a port is open to anyone else.
 */
export async function checkOpenPorts(engine: Engine, id: string, listen: string): Promise<void> {
  const facts = await engine.call('inspect a hub', async () => await engine.docker.getContainer(id).inspect());
  const open = (facts.NetworkSettings.Ports ?? {}) as Bindings;
  const wrong = wrongBindings(open, listen);
  if (wrong.length === 0) return;
  throw new GridrunError(
    'grid.open-port',
    `${facts.Name.replace(/^\//, '')} should listen on ${listen} only, but the Docker engine opened ${wrong.join(', ')}`,
    { hint: 'take the grid down, and start it again with --listen and an IP address of this machine' },
  );
}

function wrongBindings(open: Bindings, listen: string): string[] {
  if (isEveryAddress(listen)) return [];
  return Object.values(open)
    .flatMap((bindings) => bindings ?? [])
    .filter(({ HostIp = '' }) => isIP(HostIp) === 0 || plainAddress(HostIp) !== listen)
    .map(({ HostIp = '', HostPort = '' }) => `${HostIp === '' ? '*' : HostIp}:${HostPort}`);
}
