import type { HistoryGroup } from './attribution/list-test.ts';
import type { RememberedRun } from './story.ts';

/** The earlier runs of a site that needs attention, if the results folder has a history. */
export interface SiteRemembered {
  readonly type: 'site-remembered';
  readonly at: number;
  readonly siteId: string;
  /** Newest first. */
  readonly runs: readonly RememberedRun[];
}

/** What earlier runs say of the sites of a run with a control: does the build make more of them fail than before? */
export interface HistoryCompared {
  readonly type: 'history-compared';
  readonly at: number;
  /** Leaves out sites that are down or that the build broke for sure. The groups of shards add up. */
  readonly groups: readonly HistoryGroup[];
}
