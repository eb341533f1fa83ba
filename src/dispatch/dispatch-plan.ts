import type { ControlMode } from '../core/attempt.ts';
import type { Loads } from '../core/attribution/failure-rates.ts';
import type { CheckRunner, Emit, Grid, Isolation } from '../core/ports.ts';
import type { Site } from '../core/site.ts';
import type { WorkUnit } from '../core/unit.ts';
import type { SiteVerdict } from '../core/verdict.ts';
import type { BreakerSettings } from './breaker-parts.ts';
import type { Ask } from './waiting-sessions.ts';
import type { HostLimits } from './host-limits.ts';

/** What to run. */
export interface DispatchPlan {
  readonly sites: readonly Site[];
  /** Each site that is not skipped is in exactly one unit. */
  readonly units: readonly WorkUnit[];
  /** The titles of the checks, in the order of the suite. */
  readonly checks: readonly string[];
}

/** How to run it: the slice of a run's options that the dispatcher needs. */
export interface DispatchSettings extends BreakerSettings {
  /** Sessions are named `<run>-<slot>`. */
  readonly run: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly retries: number;
  readonly infraRetries: number;
  readonly control: ControlMode;
  /** The share of sites, from 0 to 1, that the control tries too though nothing failed there. */
  readonly controlSample: number;
  /** The maximum of loads of one site, over both arms. */
  readonly controlBudget: number;
  /** The loads that comparisons may add to the run, as a share of the sites. */
  readonly controlRunBudget: number;
  /** How much longer the run may become so that the loads of a site lie apart, in ms. */
  readonly controlWaitMs: number;
  readonly siteTimeoutMs: number;
  /** 0 means no limit. */
  readonly maxFailures: number;
  /** A session is replaced after this number of sites. */
  readonly sitesPerSession: number;
  /** A session that has waited so long for a site is asked, before it takes one, if it still lives. */
  readonly askAfterMs: number;
}

/** What the dispatcher runs it with. */
export interface DispatchParts {
  readonly grid: Grid;
  readonly runner: CheckRunner;
  readonly isolation: Isolation;
  readonly limits: HostLimits;
  readonly emit: Emit;
  readonly ask: Ask;
  readonly canary: (signal: AbortSignal) => Promise<void>;
  /** What earlier runs say of each check of a site, by title. Default: nothing. */
  readonly earlier?: (siteId: string) => ReadonlyMap<string, Loads> | undefined;
  /** Whether a failed site counts for `maxFailures`. Default: each one does. */
  readonly counts?: (verdict: SiteVerdict) => boolean;
}
