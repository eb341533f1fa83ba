/** A work unit: the sites that a session takes in one go. */
export interface WorkUnit {
  /** Its number in the plan, from 0. */
  readonly index: number;
  readonly siteIds: readonly string[];
  /** The expected duration of its sites together, in ms. */
  readonly expectedMs: number;
}
