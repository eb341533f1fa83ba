import { createHash } from 'node:crypto';
import type { Site } from '../core/site.ts';

/** One call of the hash for each site would cost more than the hash. */
const BATCH_LENGTH = 65_536;

/** SHA-256 over the sites in their order, the same for the same list in any form. */
export function hashOf(sites: readonly Site[]): string {
  const hash = createHash('sha256');
  let batch = '';
  for (const site of sites) {
    batch += canonical(site);
    if (batch.length < BATCH_LENGTH) continue;
    hash.update(batch);
    batch = '';
  }
  return hash.update(batch).digest('hex');
}

/** Neither ids nor canonical URLs have tabs or line ends in them. */
function canonical({ id, url, tags, timeoutMs, skip, data, env }: Site): string {
  const rest = { tags, timeoutMs, skip, data, env };
  const isPlain = Object.values(rest).every((value) => value === undefined);
  return isPlain ? `${id}\t${url}\n` : `${id}\t${url}\t${JSON.stringify(rest, keysInOrder)}\n`;
}

function keysInOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
