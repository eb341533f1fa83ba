/** A file that `gridrun init` would write. */
export interface ProjectFile {
  /** Relative to the project, with forward slashes. */
  readonly path: string;
  readonly content: string;
}

/** The CI servers that gridrun has a file for. */
export const CI_NAMES = ['github', 'gitlab', 'jenkins', 'circleci', 'drone'] as const;

export type CiName = (typeof CI_NAMES)[number];

/** What a CI file is made of. */
export interface CiOrder {
  /** In how many parts the list is run. */
  readonly shards: number;
  /** What calls gridrun there: `npx gridrun` in a project that has it, else with its version. */
  readonly gridrun: string;
  /** What comes before it; empty where the project has no package.json. */
  readonly install: string;
}

/** What the browsers need in an image that has Node alone. */
export const CHROME_INSTALL = 'apt-get update -qq && apt-get install -y -qq chromium chromium-driver';
export const NODE_IMAGE = 'node:24-bookworm';

/** A check that failed, or a site that could not be tried, is for the merge to tell; whatever else is wrong ends the shard. */
export const SHARD_END = '|| test $? -eq 1 -o $? -eq 3';
