/** What the modules of one layer may import of ours. Itself, Node's modules and npm packages are free to all. */
export interface Layer {
  /** A folder (`core/`) or a file (`index.ts`) under src. */
  readonly path: string;
  /** Folders and files under src. `*` means everything. */
  readonly may: readonly string[];
}

/**
 * What everyone may use. Each may use those before it. `results/layout.ts` holds only the names of the files of a
 * results folder, so that reports, history, worker and commands agree on them without knowing the room.
 */
const GROUND = ['core/', 'modules/', 'text/', 'os/', 'results/layout.ts', 'wire/'];

const FEATURES = [
  'config',
  'dispatch',
  'doctor',
  'expectations',
  'extension',
  'grid',
  'history',
  'init',
  'plan',
  'report',
  'results',
  'session',
  'sites',
  'webserver',
];

/** What every module of the child process may use. */
const IN_WORKER = [
  ...GROUND,
  'check/protocol.ts',
  'check/worker/attempt-context.ts',
  'check/worker/selenium-module.ts',
  'check/worker/stall-clock.ts',
];

/**
 * Who may import whom. A file follows the row of its own name, or else the row of the deepest folder that holds it. A
 * file without a row is a fault, so that nobody adds a folder without deciding where it stands.
 */
export const LAYERS: readonly Layer[] = [
  ...GROUND.map((path, index) => ({ path, may: GROUND.slice(0, index) })),
  ...FEATURES.map((feature) => ({ path: `${feature}/`, may: GROUND })),
  // The process border: the two sides of check/ share only the protocol. The pool knows the path of the program it forks.
  { path: 'check/protocol.ts', may: GROUND },
  {
    path: 'check/api.ts',
    may: ['check/worker/attempt-context.ts', 'check/worker/extension/extension-in-check.ts', ...GROUND],
  },
  { path: 'check/builtin/', may: ['check/api.ts'] },
  { path: 'check/pool/', may: [...GROUND, 'check/protocol.ts', 'check/worker/main', 'check/builtin/'] },
  // Inside the worker: main → attempt → extension → evidence, lane.
  { path: 'check/worker/main.ts', may: [...GROUND, 'check/protocol.ts', 'check/worker/'] },
  {
    path: 'check/worker/attempt/',
    may: [...IN_WORKER, 'check/worker/lane/', 'check/worker/evidence/', 'check/worker/extension/'],
  },
  { path: 'check/worker/extension/', may: [...IN_WORKER, 'check/worker/evidence/'] },
  { path: 'check/worker/evidence/', may: IN_WORKER },
  { path: 'check/worker/lane/', may: IN_WORKER },
  { path: 'check/worker/', may: [...GROUND, 'check/protocol.ts'] },
  // The composition room.
  { path: 'app/', may: ['*'] },
  { path: 'cli/', may: ['app/', 'config/', 'core/', 'doctor/', 'init/', 'report/show/', 'version.ts'] },
  { path: 'index.ts', may: ['app/', 'config/', 'core/'] },
  { path: 'version.ts', may: [] },
];
