import type { Fault } from '../core/fault.ts';
import type { Emit, Grid } from '../core/ports.ts';
import type { HostLimits } from './host-limits.ts';
import type { SiteProgress } from './site-progress.ts';
import type { StopFlag } from './stop-flag.ts';
import type { Sufferer } from './streak.ts';

export interface BreakerSettings {
  /** After this number of sites in a row with the same fault no site starts; 0 never. */
  readonly outageSites: number;
  /** How long the grid or the network may be down. */
  readonly outageMs: number;
  /** The pause before the second probe; it doubles up to 10 s. */
  readonly probePauseMs: number;
}

export interface BreakerParts {
  readonly emit: Emit;
  readonly grid: Pick<Grid, 'name'>;
  /** Opens a session of its own, loads a page of the grid itself in it, and ends it. Throws if that fails. */
  readonly canary: (signal: AbortSignal) => Promise<void>;
  readonly limits: HostLimits;
  readonly stop: StopFlag;
}

export interface BreakerListener {
  /** Sites may start again, or one more may. */
  changed(): void;
  /** The verdict of a site that was held back stands. */
  settle(progress: SiteProgress): void;
  /** The network, not the site, made this attempt fail. `fault` replaces its own. */
  excuse(sufferer: Sufferer, fault: Fault): void;
  /** A site that was held back is to be tried again. */
  again(progress: SiteProgress): void;
  /** The grid or the network did not come back. */
  lost(text: string): void;
  /** A bug: something that nothing awaits has thrown. */
  failed(error: unknown): void;
}
