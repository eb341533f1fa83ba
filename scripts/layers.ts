/** What the modules of one layer may import of ours. Itself, node's modules and npm packages are free to all. */
export interface Layer {
  /** A folder (`core/`) or a file (`run.ts`) under src. */
  readonly path: string;
  /** Folders and files under src; `*` is everything. */
  readonly may: readonly string[];
}

const FEATURES = ['check', 'config', 'dispatch', 'doctor', 'expectations', 'extension', 'grid', 'history', 'init', 'plan', 'report', 'results', 'session', 'sites', 'webserver'];

/**
 * Who may import whom. A file is under the line of its own name, else under that of its folder; one that has neither
 * is a fault, so that a new folder has to be thought about.
 */
export const LAYERS: readonly Layer[] = [
  { path: 'core/', may: [] },
  { path: 'wire/', may: ['core/'] },
  ...FEATURES.map((feature) => ({ path: `${feature}/`, may: ['core/', 'wire/'] })),
  // The two composition roots; the first is cut into run.ts and the files of its steps.
  { path: 'run.ts', may: ['*'] },
  { path: 'run-plan.ts', may: ['*'] },
  { path: 'run-input.ts', may: ['*'] },
  { path: 'run-opening.ts', may: ['*'] },
  { path: 'run-reporters.ts', may: ['*'] },
  { path: 'run-grid.ts', may: ['*'] },
  { path: 'past-runs.ts', may: ['*'] },
  { path: 'run-gate.ts', may: ['*'] },
  { path: 'run-history.ts', may: ['*'] },
  { path: 'run-extension.ts', may: ['*'] },
  { path: 'check/host-main.ts', may: ['*'] },
  { path: 'run-merge.ts', may: ['*'] },
  { path: 'run-doctor.ts', may: ['*'] },
  { path: 'run-handle.ts', may: ['core/'] },
  { path: 'run-stop.ts', may: ['core/', 'run-handle.ts'] },
  { path: 'event-gate.ts', may: ['core/'] },
  { path: 'refuse-together.ts', may: ['core/'] },
  { path: 'grids.ts', may: ['grid/'] },
  { path: 'version.ts', may: [] },
  { path: 'index.ts', may: ['doctor/', 'init/', 'run.ts', 'run-input.ts', 'run-doctor.ts', 'run-merge.ts', 'run-plan.ts', 'run-reporters.ts', 'run-handle.ts', 'grids.ts', 'past-runs.ts', 'version.ts', 'core/', 'config/', 'report/show/'] },
  { path: 'cli/', may: ['index.ts'] },
];
