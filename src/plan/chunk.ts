import type { Site } from '../core/site.ts';
import type { WorkUnit } from '../core/unit.ts';

export interface ChunkOptions {
  /** How many sessions will take units at once, at least 1. */
  readonly sessions: number;
  /** Most sites in a unit; `auto` is guided self-scheduling. */
  readonly chunkSize: number | 'auto';
  /** What a site is expected to take, in ms. */
  readonly expectedMs: (site: Site) => number;
}

/**
 * Cuts the sites into work units: a partition, longest site first, the same for the same input. With `auto` no unit is
 * heavier than what is left when it is cut / (2 × sessions), or it is one site: large units first, small ones at the
 * end, so that no session is left with a long tail. Weights are whole ms, at least 1, so that sums are exact.
 */
export function chunk(sites: readonly Site[], options: ChunkOptions): WorkUnit[] {
  const weights = Float64Array.from(sites, (site) => weightOf(options.expectedMs(site)));
  const order = longestFirst(weights);
  let leftMs = weights.reduce((sum, weight) => sum + weight, 0);
  const units: WorkUnit[] = [];
  for (let start = 0; start < order.length;) {
    const unit = cut(start, order, weights, limitOf(options, leftMs));
    const siteIds = Array.from(order.subarray(start, unit.end), (index) => sites[index]?.id ?? '');
    units.push({ index: units.length, siteIds, expectedMs: unit.expectedMs });
    leftMs -= unit.expectedMs;
    start = unit.end;
  }
  return units;
}

interface Limit {
  readonly sites: number;
  readonly ms: number;
}

function limitOf({ sessions, chunkSize }: ChunkOptions, leftMs: number): Limit {
  if (chunkSize === 'auto') return { sites: Infinity, ms: leftMs / (2 * Math.max(1, sessions)) };
  return { sites: Math.max(1, chunkSize), ms: Infinity };
}

/** The next unit: as many sites as the limit lets in, at least one. */
function cut(
  start: number,
  order: Uint32Array,
  weights: Float64Array,
  limit: Limit,
): { end: number; expectedMs: number } {
  let end = start;
  let expectedMs = 0;
  while (end < order.length) {
    const weight = weights[order[end] ?? 0] ?? 0;
    if (end > start && (end - start >= limit.sites || expectedMs + weight > limit.ms)) break;
    expectedMs += weight;
    end++;
  }
  return { end, expectedMs };
}

/** Places in the list, longest first; those of equal weight stay in the order of the list. */
function longestFirst(weights: Float64Array): Uint32Array {
  const order = Uint32Array.from(weights, (_, index) => index);
  const isSorted = weights.every((weight, index) => index === 0 || weight <= (weights[index - 1] ?? 0));
  return isSorted ? order : order.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
}

/** A weight that is no number must not make the sums useless. */
function weightOf(ms: number): number {
  return Number.isFinite(ms) ? Math.max(1, Math.round(ms)) : 1;
}
