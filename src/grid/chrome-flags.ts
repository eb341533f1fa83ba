import { BlockList, isIP } from 'node:net';
import { loopbackOf } from './loopback.ts';

/** A Chrome argument that is a list: `--name=one , two`. */
export interface ChromeFlag {
  readonly name: string;
  readonly separator: string;
  readonly value: string;
}

/** The ports that grid/chromium-flags blocks. */
const GRID_PORTS = new Set(['4442', '4443', '4444', '5555']);

/** The networks that grid/chromium-flags blocks by address, unless a site of the list is there. */
const PRIVATE = new BlockList();
for (const [address, bits] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.100.100.200', 32],
] as const)
  PRIVATE.addSubnet(address, bits, 'ipv4');
for (const [address, bits] of [
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  PRIVATE.addSubnet(address, bits, 'ipv6');

/**
 * Whether gridrun's image lets no page reach this URL: it is on a port of a grid's machines, or in a private network by
 * its address. A site of the list must be let through. Pure.
 */
export function isBlocked(url: string): boolean {
  if (loopbackOf(url) !== undefined) return false;
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(host);
  return GRID_PORTS.has(port) || (version !== 0 && PRIVATE.check(host, version === 6 ? 'ipv6' : 'ipv4'));
}

/** The rules that let the sites of a list through. Pure. */
export function siteRules(urls: Iterable<string>): string[] {
  const hosts = new Set([...urls].filter(isBlocked).map((url) => new URL(url).host));
  return [...hosts].map((host) => `MAP ${host} ${host}`);
}

/** The same for Chrome, if there are any. Pure. */
export function siteFlags(urls: Iterable<string>): ChromeFlag[] {
  const rules = siteRules(urls);
  return rules.length === 0 ? [] : [{ name: '--host-resolver-rules', separator: ' , ', value: rules.join(' , ') }];
}

/**
 * Adds flags to Chrome's arguments. Chromedriver keeps only one argument of a name, so a flag that is there already gets
 * the new values at its end. Pure.
 */
function withFlags(args: readonly string[], flags: readonly ChromeFlag[]): string[] {
  const others = args.filter((arg) => !flags.some(({ name }) => arg.startsWith(`${name}=`)));
  const ours = flags.map(({ name, separator, value }) => {
    const given = args.filter((arg) => arg.startsWith(`${name}=`)).map((arg) => arg.slice(name.length + 1));
    return `${name}=${[...given, value].join(separator)}`;
  });
  return [...others, ...ours];
}

/** Adds flags to the Chrome arguments of capabilities. Pure. */
export function withChromeFlags(
  capabilities: Readonly<Record<string, unknown>>,
  flags: readonly ChromeFlag[],
): Readonly<Record<string, unknown>> {
  if (flags.length === 0) return capabilities;
  const chrome = (capabilities['goog:chromeOptions'] ?? {}) as { readonly args?: readonly string[] };
  return { ...capabilities, 'goog:chromeOptions': { ...chrome, args: withFlags(chrome.args ?? [], flags) } };
}
