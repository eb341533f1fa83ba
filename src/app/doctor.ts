import { statfs } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { GridrunError } from '../core/fault.ts';
import type { RunOptions } from '../core/options.ts';
import type { SessionFacts } from '../core/ports.ts';
import { note, ok, problem, problemOf, type Finding } from '../doctor/finding.ts';
import { diskFinding, memoryFinding, nodeFinding } from '../doctor/machine.ts';
import { findChrome } from '../grid/find-chrome.ts';
import { readGridStatus } from '../grid/grid-status.ts';
import { installExtension, readBuilds, type Builds } from './run/extension.ts';
import { gridFor, type RunGrid } from './run/grid.ts';
import { BidiClient } from '../wire/bidi-client.ts';
import { WireClient } from '../wire/wire-client.ts';

/** What the machine says of itself; a test says something else. */
export interface Machine {
  readonly nodeVersion: string;
  /** Bytes that the user may still write on the disk of a folder. */
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
const SESSION_DEADLINE_MS = 90_000;
const SOCKET_DEADLINE_MS = 10_000;

/**
 * Tries all that a run with these options needs, in the order in which one builds on the other, and says of each
 * whether it works and what to do where it does not. Never throws for what it finds.
 */
export async function* examine(
  options: RunOptions,
  machine: Machine = THIS_MACHINE,
): AsyncGenerator<Finding, void, void> {
  yield nodeFinding(machine.nodeVersion);
  const browsers =
    options.grid === 'local'
      ? await chromeFinding()
      : options.grid === 'docker'
        ? undefined
        : await gridFinding(options.grid);
  if (browsers !== undefined) yield browsers;
  yield await engineFinding(options.grid === 'docker');
  const builds = await readBuilds(options).catch((error: unknown) =>
    problemOf('extension', error, 'mend the build: a run would be refused as well'),
  );
  if (builds !== undefined && 'level' in builds) yield builds;
  // Without browsers there is no session to try, and the grid in containers comes up with the run.
  if (browsers !== undefined && browsers.level !== 'problem')
    yield* sessionFindings(options, builds !== undefined && 'level' in builds ? undefined : builds);
  yield await disk(machine, 'the results', options.out);
  if (options.grid === 'local') yield await disk(machine, 'the profiles of the browsers', tmpdir());
  const sessions = options.sessions === 'auto' ? availableParallelism() : options.sessions;
  yield memoryFinding(machine.freeMemory(), sessions, options.grid === 'local');
}

async function chromeFinding(): Promise<Finding> {
  try {
    const { chrome, chromeVersion, chromedriver, driverVersion } = await findChrome();
    return ok('chrome', `${chrome} ${chromeVersion}, with ${chromedriver} ${driverVersion}, which fits it`);
  } catch (error) {
    return problemOf('chrome', error, 'install Chrome or Chromium and its driver');
  }
}

async function gridFinding(url: string): Promise<Finding> {
  try {
    const client = new WireClient(url);
    const { isGrid, nodes } = await readGridStatus(client, { deadlineMs: STATUS_DEADLINE_MS });
    const { shown } = client.endpoint;
    if (!isGrid) return ok('grid', `${shown} answers; it is no Selenium Grid, but makes sessions itself`);
    const up = nodes.filter((node) => node.up);
    const slots = up.reduce((sum, node) => sum + Math.min(node.slots.length, node.maxSessions), 0);
    if (up.length === 0)
      return note(
        'grid',
        `${shown} answers, but has no node that is up`,
        'start nodes; a grid that scales on its queue starts them by itself',
      );
    return ok(
      'grid',
      `${shown} is ready: ${up.length} ${up.length === 1 ? 'node' : 'nodes'}, ${slots} ${slots === 1 ? 'slot' : 'slots'}`,
    );
  } catch (error) {
    return problemOf(
      'grid',
      error,
      'is the grid up, and is the URL the one that this machine reaches it by? curl <url>/status tells',
    );
  }
}

async function engineFinding(isNeeded: boolean): Promise<Finding> {
  try {
    // A Docker client is large, and is needed by nobody who does not ask.
    const { openEngine } = await import('../grid/docker/engine.ts');
    const { shown } = await openEngine();
    return ok('engine', `the Docker engine at ${shown} answers`);
  } catch (error) {
    if (isNeeded) return problemOf('engine', error, 'start Docker');
    return note('engine', 'there is no Docker engine; only --grid docker and gridrun grid need one');
  }
}

/** Opens a session as a run does, and tries what it offers. */
async function* sessionFindings(options: RunOptions, builds: Builds | undefined): AsyncGenerator<Finding, void, void> {
  const signal = AbortSignal.timeout(SESSION_DEADLINE_MS);
  const late = `no session in ${SESSION_DEADLINE_MS / 1000} s`;
  let grid: RunGrid | undefined;
  try {
    grid = await gridFor(options, { siteUrls: [], signal, emit: () => {}, onProgress: () => {} });
    const startedAt = performance.now();
    const owned = await grid.openSession({
      name: 'gridrun-doctor',
      capabilities: options.capabilities,
      avoidNodes: [],
      signal,
    });
    try {
      const { browserName, browserVersion, node } = owned.session;
      yield ok(
        'session',
        `${browserName} ${browserVersion} on ${node}, in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
      );
      yield await socketFinding(owned.session, builds !== undefined);
    } finally {
      await owned.release();
    }
    if (builds !== undefined) yield await extensionFinding(grid, builds, options, signal);
  } catch (error) {
    const fix =
      options.grid === 'local'
        ? 'start Chrome by hand to see what it says'
        : 'is a slot free, and do the nodes have what --capabilities asks for?';
    yield signal.aborted ? problem('session', late, fix) : problemOf('session', error, fix);
  } finally {
    await grid?.[Symbol.asyncDispose]();
  }
}

async function socketFinding({ webSocketUrl }: SessionFacts, isNeeded: boolean): Promise<Finding> {
  if (webSocketUrl === undefined) {
    const text = 'the session has no websocket (BiDi)';
    return isNeeded
      ? problem('websocket', text, 'an extension can then not be put in: use a grid of Selenium 4 with Chrome')
      : note('websocket', text, '--isolation context and --extension need one');
  }
  try {
    const client = await BidiClient.connect(webSocketUrl, { deadlineMs: SOCKET_DEADLINE_MS });
    try {
      await client.command('session.status', {}, { deadlineMs: SOCKET_DEADLINE_MS });
    } finally {
      client.close();
    }
    return ok('websocket', "the session's websocket (BiDi) answers");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return problem(
      'websocket',
      `the session's websocket can't be reached: ${why}`,
      'a proxy before the grid must pass on websockets (Upgrade) under /session/, as it passes on http',
    );
  }
}

async function extensionFinding(
  grid: RunGrid,
  builds: Builds,
  options: RunOptions,
  signal: AbortSignal,
): Promise<Finding> {
  try {
    const { facts } = await installExtension(grid, builds, {
      name: 'gridrun-doctor-preflight',
      capabilities: options.capabilities,
      signal,
      emit: () => {},
    });
    return ok('extension', `${facts.name} ${facts.version} loads, as ${facts.id}`);
  } catch (error) {
    return problemOf('extension', error, 'load it in chrome://extensions to see what Chrome says');
  }
}

/** The folder may not be there yet: then it is the first one above it that is. */
async function disk(machine: Machine, what: string, folder: string): Promise<Finding> {
  let known = folder;
  while (!existsSync(known) && dirname(known) !== known) known = dirname(known);
  try {
    return diskFinding(what, folder, await machine.freeDisk(known));
  } catch (error) {
    return problemOf(
      'disk',
      new GridrunError('doctor.disk', `${known} can't be looked at: ${(error as Error).message}`),
      'name another folder with --out',
    );
  }
}
