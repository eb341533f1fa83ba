import { GRID, JSON_OBJECT, NODE_RANGE, SWITCH, WHOLE_OR_AUTO, oneOf, text } from '../kinds.ts';
import { setting } from '../setting.ts';

/** Where to run: the browsers, and how many. */
export const WHERE = {
  grid: setting({
    flag: 'grid',
    value: 'local|docker|url',
    kind: GRID,
    describe: 'Location of the browsers: the Chrome of this machine, Docker containers, or a Selenium Grid',
    default: undefined,
    defaultText: '$SELENIUM_REMOTE_URL, else local',
  }),
  sessions: setting({
    flag: 'sessions',
    alias: 'j',
    value: 'n|auto',
    kind: WHOLE_OR_AUTO,
    describe:
      'Maximum sessions at once; auto: one per core of this machine; on a grid, one per free slot plus one queued session',
    default: 'auto',
  }),
  nodes: setting({
    flag: 'nodes',
    value: 'n|min..max',
    kind: NODE_RANGE,
    describe: 'Nodes to start for this run with --grid docker; with min..max, gridrun adds and removes nodes as needed',
    default: { min: 2, max: 2 },
    defaultText: '2',
  }),
  sessionsPerNode: setting({
    flag: 'sessions-per-node',
    value: 'n|auto',
    kind: WHOLE_OR_AUTO,
    describe: 'Maximum sessions per node; auto: one per core, shared among the nodes',
    default: 'auto',
  }),
  gridName: setting({
    flag: 'grid-name',
    value: 'name',
    kind: text('the name of a grid'),
    describe: 'Name of the grid for --grid docker to reuse if it is running',
    default: 'gridrun',
  }),
  image: setting({
    flag: 'image',
    value: 'ref',
    kind: text('the name of an image'),
    describe: 'Image of the nodes of --grid docker',
    default: undefined,
    defaultText: "gridrun's own, built from Dockerfile.node",
  }),
  hubImage: setting({
    flag: 'hub-image',
    value: 'ref',
    kind: text('the name of an image'),
    describe: 'Image of the hub of --grid docker',
    default: undefined,
    defaultText: "gridrun's own",
  }),
  chrome: setting({
    flag: 'chrome',
    value: 'auto|shell|full',
    kind: oneOf('auto', 'shell', 'full'),
    describe:
      'Chrome of this machine: full, the headless shell, or auto: the shell if the run has no extension and no window',
    default: 'full',
  }),
  headed: setting({
    flag: 'headed',
    kind: SWITCH,
    describe: 'Show the browser windows',
    default: false,
  }),
  capabilities: setting({
    flag: 'capabilities',
    value: 'json|file',
    kind: JSON_OBJECT,
    describe: 'W3C capabilities to add to those that gridrun asks for',
    default: undefined,
  }),
} as const;
