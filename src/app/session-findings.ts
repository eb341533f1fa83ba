import { GridrunError } from '../core/fault.ts';
import type { GridOptions } from '../core/options.ts';
import type { SessionFacts } from '../core/ports.ts';
import { note, ok, problem, problemOf, type Finding } from '../doctor/finding.ts';
import { BidiClient } from '../wire/bidi-client.ts';
import { installExtension, type Builds } from './run/extension.ts';
import { gridFor, type BrowserOptions, type RunGrid } from './run/grid.ts';

const SESSION_DEADLINE_MS = 90_000;
const SOCKET_DEADLINE_MS = 10_000;

/** Opens a session as a run does, and tries its websocket and the extension in it. */
export async function* sessionFindings(
  options: BrowserOptions,
  builds: Builds | undefined,
): AsyncGenerator<Finding, void, void> {
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
    if (builds !== undefined) yield await extensionFinding(grid, builds, options.capabilities, signal);
  } catch (error) {
    const isLocal = options.grid === 'local';
    const fix = isLocal
      ? 'install or free what the message names, or start Chrome by hand and read its messages'
      : 'check that a slot is free and that the nodes have what --capabilities asks for';
    if (signal.aborted) yield problem('session', late, fix);
    // The hint of a browser that did not start is to run this command.
    else if (isLocal && error instanceof GridrunError && error.blames === 'browser')
      yield problem('session', error.message, fix);
    else yield problemOf('session', error, fix);
  } finally {
    await grid?.[Symbol.asyncDispose]();
  }
}

async function socketFinding({ webSocketUrl }: SessionFacts, isNeeded: boolean): Promise<Finding> {
  if (webSocketUrl === undefined) {
    const text = 'the session has no websocket (BiDi)';
    return isNeeded
      ? problem('websocket', text, '--extension needs one: use a grid of Selenium 4 with Chrome')
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
      `cannot reach the session's websocket: ${why}`,
      'a proxy in front of the grid must pass on websockets (Upgrade) under /session/',
    );
  }
}

async function extensionFinding(
  grid: RunGrid,
  builds: Builds,
  capabilities: GridOptions['capabilities'],
  signal: AbortSignal,
): Promise<Finding> {
  try {
    const { facts } = await installExtension(grid, builds, {
      name: 'gridrun-doctor-preflight',
      capabilities,
      signal,
      emit: () => {},
    });
    return ok('extension', `${facts.name} ${facts.version} loads, as ${facts.id}`);
  } catch (error) {
    return problemOf('extension', error, 'load it in chrome://extensions and read the error there');
  }
}
