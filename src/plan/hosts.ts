import { BlockList, isIP } from 'node:net';
import { getDomain } from 'tldts';
import { hostOf } from '../core/host.ts';

export { hostOf };

/** Loopback, link-local and private addresses: RFC 1122, 1918, 3927, 4193 and 4291. */
const LOCAL = new BlockList();
for (const [address, bits] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
] as const) {
  LOCAL.addSubnet(address, bits, 'ipv4');
}
for (const [address, bits] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  LOCAL.addSubnet(address, bits, 'ipv6');

/**
 * The registrable domain of a site's URL. Private suffixes count: `a.github.io` is a domain, and so is `example.co.uk`.
 * For a host without one (an address, `localhost`), the host itself.
 */
export function domainOf(url: string): string {
  const host = hostOf(url);
  return getDomain(host, { allowPrivateDomains: true }) ?? host;
}

/** Whether a host (from `hostOf`) is this machine or in a private network, by its address or name. */
export function isLocal(host: string): boolean {
  const name = host.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  const version = isIP(name);
  if (version === 0) return name === 'localhost' || name.endsWith('.localhost');
  return LOCAL.check(name, version === 4 ? 'ipv4' : 'ipv6');
}
