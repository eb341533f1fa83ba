import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { ErrorCode } from '../core/error-codes.ts';
import { refusal } from '../core/fault.ts';
import { WireClient } from '../wire/wire-client.ts';
import { readGridStatus } from './grid-status.ts';
import { readHostNames, type HostNames } from './hosts-file.ts';

const DEADLINE_MS = 10_000;
const SHOWN_SITES = 3;

/**
 * The host and port of a URL on this machine's loopback, or undefined for any other URL. Pure. 0.0.0.0, which development
 * servers print, is this machine too.
 */
export function loopbackOf(url: string): { host: string; port: number } | undefined {
  const site = siteOf(url);
  const isLoopback = /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|\[::\])$/.test(site.host);
  return isLoopback ? site : undefined;
}

/** The host and port of a URL. Pure. */
export function siteOf(url: string): { host: string; port: number } {
  const { hostname: host, port, protocol } = new URL(url);
  return { host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) };
}

/** Whether an address is on the loopback of any machine. Pure. */
export function isLoopbackAddress(address: string): boolean {
  return LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** The addresses of a URL's host on this machine, if it is a name that needs a lookup. Never throws. */
export async function addressesOf(url: string): Promise<string[]> {
  const { hostname: host } = new URL(url);
  if (loopbackOf(url) !== undefined || isIP(host) !== 0 || host.startsWith('[')) return [];
  const found = await lookup(host, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

/** Why a browser on a node cannot reach a site: its name is on loopback, which is another machine there. Never throws. */
export async function whyElsewhere(url: string, node: string): Promise<string | undefined> {
  const address = (await addressesOf(url)).find(isLoopbackAddress);
  if (address === undefined || (await isHere(node))) return undefined;
  return `${new URL(url).hostname} is ${address}, which means another machine to a browser at ${node}`;
}

/** What decides whether the browsers of a server reach the sites. */
export interface Reach {
  readonly siteUrls: Iterable<string>;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly signal: AbortSignal;
  readonly onNotice: (level: 'info' | 'warning', code: ErrorCode, text: string) => void;
}

/**
 * Refuses sites on this machine's loopback if the browsers run elsewhere: there, `localhost` is another machine or
 * container. Throws `grid.loopback-sites`. If only the server's address says that it is elsewhere, it may have a tunnel,
 * so a notice must do. A server that is silent is asked for sessions later.
 */
export async function refuseLoopback(url: string, { siteUrls, capabilities, signal, onNotice }: Reach): Promise<void> {
  const names = await readHostNames();
  const sites = [...siteUrls].filter((site) => isOnLoopback(site, names));
  // Whoever maps hosts, or sends Chrome to a proxy, knows better.
  if (sites.length === 0 || /host-resolver-rules|"proxy"|proxy-server/.test(JSON.stringify(capabilities))) return;
  const client = new WireClient(url);
  const status = await readGridStatus(client, { deadlineMs: DEADLINE_MS, signal }).catch(() => undefined);
  if (status === undefined) return;
  const { shown } = client.endpoint;
  const text = `${sitesText(sites)} on this machine, but the browsers of ${shown} run`;
  if (status.isGrid) {
    const here = await Promise.all(status.nodes.map(async ({ uri }) => await isHere(uri)));
    if (here.length === 0 || here.includes(true)) return;
    const nodes = status.nodes.slice(0, SHOWN_SITES).map(({ uri }) => uri);
    throw refusal(
      'grid.loopback-sites',
      `${text} elsewhere, at ${nodes.join(', ')}, where localhost is not this machine`,
      {
        hint: 'use --grid docker, which opens a way to them, or --grid local; or list the sites by an address of this machine that the nodes can reach',
      },
    );
  }
  if (await isHere(url)) return;
  onNotice(
    'warning',
    'grid.loopback-sites',
    `${text} on another machine: they reach these sites only through a tunnel`,
  );
}

/** Whether a URL is on this machine's loopback, by its host or by the name that the hosts file has for it. */
function isOnLoopback(url: string, names: HostNames): boolean {
  return loopbackOf(url) !== undefined || isLoopbackAddress(names.get(new URL(url).hostname) ?? '0.0.0.0');
}

function sitesText(sites: readonly string[]): string {
  const rest = sites.length - SHOWN_SITES;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return `${sites.slice(0, SHOWN_SITES).join(', ')}${more} ${sites.length === 1 ? 'is' : 'are'}`;
}

/** Whether the host of a URL is this machine, and not one of its containers. */
async function isHere(url: string): Promise<boolean> {
  const host = URL.parse(url)?.hostname.replace(/^\[(.*)\]$/, '$1') ?? '';
  if (host === 'localhost' || host === hostname()) return true;
  const addresses = isIP(host) === 0 ? await lookup(host, { all: true }).catch(() => []) : [{ address: host }];
  const own = ownAddresses();
  return addresses.some(({ address }) => own.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'));
}

function ownAddresses(): BlockList {
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8, 'ipv4');
  own.addAddress('::1', 'ipv6');
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((all) => all ?? []))
    own.addAddress(address, family === 'IPv6' ? 'ipv6' : 'ipv4');
  return own;
}
