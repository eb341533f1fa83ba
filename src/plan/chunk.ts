import type { Site } from '../core/site.ts';
import type { WorkUnit } from '../core/unit.ts';

export interface ChunkOptions {
  /** How many sessions take units at the same time, at least 1. */
  readonly sessions: number;
  /** Max sites in a unit. `auto` is guided self-scheduling: units shrink as the work does. */
  readonly chunkSize: number | 'auto';
  /** The expected duration of a site, in ms. */
  readonly expectedMs: (site: Site) => number;
}

/**
 * Cuts the sites into work units, longest site first. Each site is in exactly one unit, and the same input gives the
 * same units. With `auto`, a unit takes at most (time left) / (2 × sessions), or is one site. So units are
 * large at first and small at the end, and the sessions finish together. Weights are whole ms, at least 1, so that sums
 * are exact.
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

/** Finds where the next unit ends: after as many sites as the limit allows, and at least one. */
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

/** Indexes into the list, longest site first. Sites of equal weight keep the order of the list. */
function longestFirst(weights: Float64Array): Uint32Array {
  const order = Uint32Array.from(weights, (_, index) => index);
  const isSorted = weights.every((weight, index) => index === 0 || weight <= (weights[index - 1] ?? 0));
  return isSorted ? order : order.sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b);
}

/** A duration that is not finite counts as 1 ms, so that it cannot spoil the sums. */
function weightOf(ms: number): number {
  return Number.isFinite(ms) ? Math.max(1, Math.round(ms)) : 1;
}
