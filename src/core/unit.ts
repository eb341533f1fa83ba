/** A work unit: some sites that a session takes in one go. */
export interface WorkUnit {
  /** Its place in the plan, from 0. */
  readonly index: number;
  readonly siteIds: readonly string[];
  /** What its sites are expected to take together, in ms. */
  readonly expectedMs: number;
}
