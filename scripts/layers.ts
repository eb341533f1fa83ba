/** What the modules of one layer may import of ours. Itself, Node's modules and npm packages are free to all. */
export interface Layer {
  /** A folder (`core/`) or a file (`index.ts`) under src. */
  readonly path: string;
  /** Folders and files under src. `*` means everything. */
  readonly may: readonly string[];
  /** Files of the repository outside of src. */
  readonly outside?: readonly string[];
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
  'recording',
  'replay',
  'report',
  'results',
  'session',
  'sites',
  'webserver',
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
    may: [
      'core/',
      'modules/',
      'check/worker/stand-ins.ts',
      'check/worker/attempt-context.ts',
      'check/worker/evidence/evidence.ts',
      'check/worker/extension/extension-in-check.ts',
    ],
  },
  { path: 'check/builtin/', may: ['check/api.ts'] },
  { path: 'check/pool/', may: [...GROUND, 'check/protocol.ts', 'check/worker/main', 'check/builtin/'] },
  // Inside the worker: main → attempt → extension → evidence, lane. Each file beside these folders has a row.
  { path: 'check/worker/main.ts', may: ['os/', 'check/worker/worker-program.ts'] },
  { path: 'check/worker/worker-program.ts', may: [...GROUND, 'check/protocol.ts', 'check/worker/'] },
  { path: 'check/worker/check-worker.ts', may: [...GROUND, 'check/protocol.ts', 'check/worker/'] },
  {
    path: 'check/worker/attempt/',
    may: [
      ...GROUND,
      'check/protocol.ts',
      'check/worker/attempt-context.ts',
      'check/worker/selenium-module.ts',
      'check/worker/stall-clock.ts',
      'check/worker/lane/',
      'check/worker/evidence/',
      'check/worker/extension/',
      'check/worker/page/',
      'check/worker/recorder/',
    ],
  },
  { path: 'check/worker/shared-process.ts', may: [...GROUND, 'check/protocol.ts', 'check/worker/'] },
  {
    path: 'check/worker/process/',
    may: [...GROUND, 'check/worker/attempt-context.ts', 'check/worker/selenium-module.ts'],
  },
  { path: 'check/worker/extension/', may: [...GROUND, 'check/worker/evidence/last-texts.ts'] },
  { path: 'check/worker/evidence/', may: [...GROUND, 'check/protocol.ts', 'check/worker/page/'] },
  { path: 'check/worker/recorder/', may: [...GROUND, 'check/protocol.ts', 'recording/', 'check/worker/evidence/'] },
  { path: 'check/worker/page/', may: GROUND },
  {
    path: 'check/worker/lane/',
    may: [
      ...GROUND,
      'check/protocol.ts',
      'check/worker/attempt-context.ts',
      'check/worker/stand-ins.ts',
      'check/worker/stall-clock.ts',
    ],
  },
  {
    path: 'check/worker/stand-ins.ts',
    may: [
      'check/worker/attempt-context.ts',
      'check/worker/evidence/evidence.ts',
      'check/worker/extension/extension-in-check.ts',
    ],
  },
  {
    path: 'check/worker/attempt-context.ts',
    may: ['core/', 'check/worker/evidence/evidence.ts', 'check/worker/extension/extension-in-check.ts'],
  },
  { path: 'check/worker/process-guards.ts', may: ['core/', 'modules/', 'check/worker/attempt-context.ts'] },
  {
    path: 'check/worker/watchdog.ts',
    may: [
      'os/real-timers.ts',
      'check/protocol.ts',
      'check/worker/attempt-context.ts',
      'check/worker/watchdog-data.ts',
      'check/worker/watchdog-thread',
    ],
  },
  { path: 'check/worker/watchdog-thread.ts', may: ['check/protocol.ts', 'check/worker/watchdog-data.ts'] },
  { path: 'check/worker/watchdog-data.ts', may: [] },
  { path: 'check/worker/selenium-module.ts', may: [] },
  { path: 'check/worker/stall-clock.ts', may: ['os/real-timers.ts'] },
  // The only arrow out of src: the page's program, which the package holds built.
  {
    path: 'report/html/report-app.ts',
    may: ['report/html/page-text.ts', 'report/html/report-app.built.js'],
    outside: ['report-app/build.ts'],
  },
  // The composition room.
  { path: 'app/', may: ['*'] },
  { path: 'cli/main.ts', may: ['cli/', 'os/compile-cache.ts'] },
  { path: 'cli/', may: ['app/', 'config/', 'core/', 'doctor/', 'init/', 'report/show/', 'version.ts'] },
  { path: 'index.ts', may: ['app/', 'config/', 'core/'] },
  { path: 'version.ts', may: [] },
];

/** What the report's browser program and its build may import of src. */
export const REPORT_APP_MAY: readonly string[] = ['core/', 'text/', 'report/html/report-data.ts', 'os/write-whole.ts'];

/** The files of src that may import a module whose name is not in the code, and what they load. */
export const COMPUTED_IMPORTS: Readonly<Record<string, string>> = {
  'src/config/config-file.ts': "the user's config file",
  'src/check/worker/lane/lane.ts': "the user's check files",
  'src/check/worker/process/process-watch.ts': 'the packages that the check files import, again',
  'src/report/html/report-app.ts': "the report's browser program, which is built or not",
};
