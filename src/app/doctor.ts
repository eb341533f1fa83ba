import { statfs } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { GridrunError } from '../core/fault.ts';
import { CHROME_NAMES } from '../core/chrome.ts';
import type { ExtensionOptions, FolderOptions, GridOptions } from '../core/options.ts';
import { note, ok, problemOf, type Finding } from '../doctor/finding.ts';
import { diskFinding, memoryFinding, nodeFinding } from '../doctor/machine.ts';
import { chooseChrome } from '../grid/which-chrome.ts';
import { readGridStatus } from '../grid/grid-status.ts';
import { WireClient } from '../wire/wire-client.ts';
import { readBuilds } from './run/extension.ts';
import { sessionFindings } from './session-findings.ts';

/** What the examination asks the machine for. Tests pass their own. */
export interface Machine {
  readonly nodeVersion: string;
  /** Free bytes on the disk of a folder, as far as the user may use them. */
  readonly freeDisk: (folder: string) => Promise<number>;
  readonly freeMemory: () => number;
}

const THIS_MACHINE: Machine = {
  nodeVersion: process.version,
  freeDisk: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
  freeMemory: () => process.availableMemory(),
};

const STATUS_DEADLINE_MS = 10_000;

/** The options that an examination looks at. */
export type DoctorOptions = GridOptions & ExtensionOptions & Pick<FolderOptions, 'out'>;

/**
 * Tries everything that a run with these options needs, and yields a finding for each: whether it works, and what to do
 * if it does not. A problem is a finding, not an error.
 */
export async function* examine(
  options: DoctorOptions,
  machine: Machine = THIS_MACHINE,
): AsyncGenerator<Finding, void, void> {
  yield nodeFinding(machine.nodeVersion);
  const browsers =
    options.grid === 'local'
      ? await chromeFinding(options)
      : options.grid === 'docker'
        ? undefined
        : await gridFinding(options.grid);
  if (browsers !== undefined) yield browsers;
  yield await engineFinding(options.grid === 'docker');
  const builds = await readBuilds(options).catch((error: unknown) =>
    problemOf('extension', error, 'fix the build; a run would refuse it, too'),
  );
  if (builds !== undefined && 'level' in builds) yield builds;
  // Without browsers there is no session to try. A grid in containers starts only with a run.
  if (browsers !== undefined && browsers.level !== 'problem')
    yield* sessionFindings(options, builds !== undefined && 'level' in builds ? undefined : builds);
  yield await disk(machine, 'the results', options.out);
  if (options.grid === 'local') yield await disk(machine, 'the profiles of the browsers', tmpdir());
  const sessions = options.sessions === 'auto' ? availableParallelism() : options.sessions;
  yield memoryFinding(machine.freeMemory(), sessions, options.grid === 'local');
}

async function chromeFinding(options: DoctorOptions): Promise<Finding> {
  try {
    const { kind, pair, noShell } = await chooseChrome(options);
    const { chrome, chromeVersion, chromedriver, driverVersion } = pair;
    const name = kind === undefined ? '' : `${CHROME_NAMES[kind]} `;
    const text = `${name}${chrome} ${chromeVersion}, with ${chromedriver} ${driverVersion}, which fits it`;
    return noShell?.hint === undefined
      ? ok('chrome', text)
      : note('chrome', `${text}; ${noShell.message}`, noShell.hint);
  } catch (error) {
    return problemOf('chrome', error, 'install Chrome or Chromium and its driver');
  }
}

async function gridFinding(url: string): Promise<Finding> {
  try {
    const client = new WireClient(url);
    const { isGrid, nodes } = await readGridStatus(client, { deadlineMs: STATUS_DEADLINE_MS });
    const { shown } = client.endpoint;
    if (!isGrid) return ok('grid', `${shown} answers; it is not a Selenium Grid, but opens sessions itself`);
    const up = nodes.filter((node) => node.up);
    const slots = up.reduce((sum, node) => sum + Math.min(node.slots.length, node.maxSessions), 0);
    if (up.length === 0)
      return note(
        'grid',
        `${shown} answers, but no node is up`,
        'start nodes, unless the grid starts them when sessions are asked for',
      );
    return ok(
      'grid',
      `${shown} is ready: ${up.length} ${up.length === 1 ? 'node' : 'nodes'}, ${slots} ${slots === 1 ? 'slot' : 'slots'}`,
    );
  } catch (error) {
    return problemOf(
      'grid',
      error,
      'check that the grid is up and that this machine reaches the URL: curl <url>/status',
    );
  }
}

async function engineFinding(isNeeded: boolean): Promise<Finding> {
  try {
    // A Docker client is large, so load it only here.
    const { openEngine } = await import('../grid/docker/engine.ts');
    const { shown } = await openEngine();
    return ok('engine', `the Docker engine at ${shown} answers`);
  } catch (error) {
    if (isNeeded) return problemOf('engine', error, 'start Docker');
    return note('engine', 'there is no Docker engine; only --grid docker and gridrun grid need one');
  }
}

/** Checks the free space for a folder. If the folder does not exist yet, checks the nearest one above it. */
async function disk(machine: Machine, what: string, folder: string): Promise<Finding> {
  let known = folder;
  while (!existsSync(known) && dirname(known) !== known) known = dirname(known);
  try {
    return diskFinding(what, folder, await machine.freeDisk(known));
  } catch (error) {
    return problemOf(
      'disk',
      new GridrunError('doctor.disk', `cannot check the free space of ${known}: ${(error as Error).message}`),
      'pass another folder with --out',
    );
  }
}
