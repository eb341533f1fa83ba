import type { Undated } from '../../core/event.ts';
import type { CheckRunner, Grid } from '../../core/ports.ts';
import type { SiteList } from '../../sites/read.ts';

/** Stands in for the live sites of a run: a replay. */
export interface Stage {
  /** The list of the run. */
  readonly list: SiteList;
  /** What the run says at its start. */
  readonly notice?: Undated | undefined;
  readonly sessions: {
    /** Opens sessions that reach only the stage. Disposing of it disposes of the inner grid. */
    grid(inner: Grid): Grid;
    /**
     * Plays each site while it is tried.
     * @param secrets values that are blanked in a recording
     */
    runner(inner: CheckRunner, secrets: readonly string[]): CheckRunner;
  };
}
