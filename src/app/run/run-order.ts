import type { RunOptions } from '../../core/options.ts';
import type { EventFeed } from './handle.ts';
import type { Terminal } from './reporters.ts';
import type { Stage } from './stage.ts';
import type { Stopper } from './stop.ts';

/** What starts a run: its options, and how the caller follows and stops it. */
export interface RunOrder {
  readonly options: RunOptions;
  /** Undefined if nothing is to be printed. */
  readonly terminal: Terminal | undefined;
  readonly feed: EventFeed;
  readonly stopper: Stopper;
  /** Undefined if the run is on live sites. */
  readonly stage: Stage | undefined;
}
