import { createHash } from 'node:crypto';
import type { Site } from '../core/site.ts';

/** Sites to hash in one call. One call for each site costs more than the hash. Longer batches cost memory (55 MB in a million sites). */
const BATCH_LENGTH = 4_096;

/** SHA-256 over the sites in their order. The same list has the same hash in every form. */
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

/** One site as one line. Ids and canonical URLs contain no tabs or line ends. */
function canonical(site: Site): string {
  let line = `${site.id}\t${site.url}`;
  if (site.tags !== undefined) line += `\ttags ${JSON.stringify(site.tags)}`;
  if (site.timeoutMs !== undefined) line += `\ttimeoutMs ${site.timeoutMs}`;
  if (site.once === true) line += '\tonce';
  if (site.skip !== undefined) line += `\tskip ${JSON.stringify(site.skip)}`;
  if (site.data !== undefined) line += `\tdata ${canonicalJson(site.data)}`;
  if (site.env !== undefined) line += `\tenv ${JSON.stringify(site.env)}`;
  return `${line}\n`;
}

/** JSON with sorted keys, because YAML and JSON of the same list may order them differently. */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const object = value as Readonly<Record<string, unknown>>;
  return `{${Object.keys(object)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(object[key])}`)
    .join(',')}}`;
}
