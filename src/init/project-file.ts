/** A file for `gridrun init` to write. */
export interface ProjectFile {
  /** Relative to the project folder, with forward slashes. */
  readonly path: string;
  readonly content: string;
}

/** The CI servers that `gridrun init` supports. */
export const CI_NAMES = ['github', 'gitlab', 'jenkins', 'circleci', 'drone'] as const;

export type CiName = (typeof CI_NAMES)[number];

/** What differs from one CI file to another. */
export interface CiOrder {
  /** The number of parallel jobs. */
  readonly shards: number;
  /** The command that runs gridrun: `npx gridrun`, with a version if the project does not depend on it. */
  readonly gridrun: string;
  /** The command that installs the project; empty if it has no package.json. */
  readonly install: string;
}

/** Installs Chrome and its driver in an image that has only Node. */
export const CHROME_INSTALL = 'apt-get update -qq && apt-get install -y -qq chromium chromium-driver';
export const NODE_IMAGE = 'node:24-bookworm';

/** Lets a shard succeed with exit codes 1 and 3: failures are decided by the merge. Any other code fails it. */
export const SHARD_END = '|| test $? -eq 1 -o $? -eq 3';
