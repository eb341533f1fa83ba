import { hash } from 'node:crypto';
import type { SelectionOptions } from '../core/options.ts';

/** What a plan's shards depend on. */
export interface PlanParts {
  /** `SiteList.hash` */
  readonly list: string;
  readonly selection: SelectionOptions;
  readonly durations?: ReadonlyMap<string, number> | undefined;
}

/** SHA-256 over list, selection and durations. Shards with the same hash may be merged. */
export function planHash({ list, selection, durations }: PlanParts): string {
  const parts = {
    list,
    grep: selection.grep,
    grepInvert: selection.grepInvert,
    tags: selection.tags.toSorted(),
    sites: selection.sites.toSorted(),
    durations: durations && [...durations].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
  return hash('sha256', JSON.stringify(parts));
}
