// Made by npm run docs from ../settings/where.ts: change that, not this file.

/** The keys of a config: where to run. */
export interface WhereKeys {
  /**
   * Location of the browsers: the Chrome of this machine, Docker containers, or a Selenium Grid.
   *
   * Flag: `--grid <local|docker|url>`
   * @default $SELENIUM_REMOTE_URL, else local
   */
  grid?: string;

  /**
   * Maximum sessions at once; auto: one per core of this machine; on a grid, one per free slot plus one queued session.
   *
   * Flag: `--sessions <n|auto>`
   * @default 'auto'
   */
  sessions?: number | 'auto';

  /**
   * Nodes to start for this run with --grid docker; with min..max, gridrun adds and removes nodes as needed.
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
   * Name of the grid for --grid docker to reuse if it is running.
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
   * @default gridrun's own
   */
  hubImage?: string;

  /**
   * Chrome of this machine: full, the headless shell, or auto: the shell if the run has no extension and no window.
   *
   * Flag: `--chrome <auto|shell|full>`
   * @default 'full'
   */
  chrome?: 'auto' | 'shell' | 'full';

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
