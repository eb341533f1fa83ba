// Made by npm run docs from ../settings/where.ts: change that, not this file.

/** The keys of a config: where to run. */
export interface WhereKeys {
  /**
   * Where the browsers run: the Chrome of this machine, Docker containers, or a Selenium Grid.
   *
   * Flag: `--grid <local|docker|url>`
   * @default $SELENIUM_REMOTE_URL, else local
   */
  grid?: string;

  /**
   * Maximum sessions at once; auto: one per core of this machine, or the free slots of the grid plus one that waits.
   *
   * Flag: `--sessions <n|auto>`
   * @default 'auto'
   */
  sessions?: number | 'auto';

  /**
   * Nodes to start for this run with --grid docker; with min..max their number follows the work.
   *
   * Flag: `--nodes <n|min..max>`
   * @default 2
   */
  nodes?: number | string;

  /**
   * Maximum sessions per node; auto: one per core, shared among the nodes.
   *
   * Flag: `--sessions-per-node <n|auto>`
   * @default 'auto'
   */
  sessionsPerNode?: number | 'auto';

  /**
   * The grid that --grid docker uses if it is up.
   *
   * Flag: `--grid-name <name>`
   * @default 'gridrun'
   */
  gridName?: string;

  /**
   * Image of the nodes of --grid docker.
   *
   * Flag: `--image <ref>`
   * @default gridrun's own, built from Dockerfile.node
   */
  image?: string;

  /**
   * Image of the hub of --grid docker.
   *
   * Flag: `--hub-image <ref>`
   * @default gridrun's own, built from Dockerfile.node
   */
  hubImage?: string;

  /**
   * Show the browser windows.
   *
   * Flag: `--headed`
   * @default false
   */
  headed?: boolean;

  /**
   * W3C capabilities to add to those that gridrun asks for.
   *
   * Flag: `--capabilities <json|file>`
   * @default none
   */
  capabilities?: Record<string, unknown> | string;
}
