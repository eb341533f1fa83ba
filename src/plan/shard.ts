import { hash } from 'node:crypto';
import type { ShardOptions } from '../core/options.ts';
import type { Site } from '../core/site.ts';
import { refusal } from '../core/fault.ts';
import { expectedDurations } from './durations.ts';
import { hostOf } from './hosts.ts';

/**
 * Returns the sites of one of n parts, in the order of the list. All sites of a host are in the same part, so that
 * `--per-host` holds across the shards. Without durations, a host's name alone decides its part, so adding a site moves
 * no other. With durations, the parts are balanced. Throws the refusal `plan.shard` if the part is not from 1 to n.
 */
export function shard(
  sites: readonly Site[],
  { index, total }: ShardOptions,
  durations?: ReadonlyMap<string, number>,
): readonly Site[] {
  if (!Number.isInteger(index) || !Number.isInteger(total) || index < 1 || index > total) {
    throw refusal(
      'plan.shard',
      `--shard ${index}/${total}: the part must be a whole number from 1 to the number of parts`,
      { hint: 'write it as --shard 2/8' },
    );
  }
  if (total === 1) return sites;
  if (durations === undefined || durations.size === 0) return byName(sites, index, total);
  const parts = balanced(sites, total, durations);
  return sites.filter((site) => parts.get(hostOf(site.url)) === index);
}

function byName(sites: readonly Site[], index: number, total: number): readonly Site[] {
  // Sites of the same host are often next to each other in the list.
  let lastHost = '';
  let lastPart = 0;
  return sites.filter((site) => {
    const host = hostOf(site.url);
    if (host !== lastHost) [lastHost, lastPart] = [host, partOf(host, total)];
    return lastPart === index;
  });
}

function partOf(host: string, total: number): number {
  return (Number.parseInt(hash('sha256', host).slice(0, 12), 16) % total) + 1;
}

/** Gives each host, longest first, to the part with the least work so far. Names break ties. */
function balanced(
  sites: readonly Site[],
  total: number,
  durations: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const expectedMs = expectedDurations(durations);
  const msOfHost = new Map<string, number>();
  for (const site of sites) {
    const host = hostOf(site.url);
    msOfHost.set(host, (msOfHost.get(host) ?? 0) + Math.max(1, Math.round(expectedMs(site))));
  }
  const loadMs = new Float64Array(total);
  const parts = new Map<string, number>();
  const hosts = [...msOfHost].sort(([a, aMs], [b, bMs]) => bMs - aMs || (a < b ? -1 : 1));
  for (const [host, ms] of hosts) {
    let least = 0;
    for (let part = 1; part < total; part++) if ((loadMs[part] ?? 0) < (loadMs[least] ?? 0)) least = part;
    loadMs[least] = (loadMs[least] ?? 0) + ms;
    parts.set(host, least + 1);
  }
  return parts;
}
