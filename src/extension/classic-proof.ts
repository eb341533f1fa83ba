import { getNodeValue, parseTree } from 'jsonc-parser';
import { setTimeout as delay } from 'node:timers/promises';
import type { SessionFacts } from '../core/ports.ts';
import { workerIn } from './worker-target.ts';
import { fieldsOf } from '../wire/answer-fields.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { notLoaded } from './not-loaded.ts';
import type { ExtensionPackage } from './read-extension.ts';

const COMMAND_DEADLINE_MS = 30_000;
const WORKER_DEADLINE_MS = 20_000;
const LOOK_EVERY_MS = 50;

/** Proves with W3C commands alone that the extension is loaded: it opens the manifest in the tab. Throws `extension.not-loaded`. */
export async function manifestIsServed(
  session: SessionFacts,
  pkg: ExtensionPackage,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const send = commandsOf(session, signal);
  let text: unknown;
  try {
    await send('/url', { url: `chrome-extension://${id}/manifest.json` });
    text = await send('/execute/sync', { script: 'return document.body.innerText', args: [] });
    await send('/url', { url: 'about:blank' });
  } catch (error) {
    if (!(error instanceof WireError) || error.sessionLost || error.blames === 'grid') throw error;
    throw notLoaded(
      `${pkg.name} is not loaded in session ${session.sessionId} on ${session.node}: ${error.message}`,
      error,
    );
  }
  const tree = parseTree(String(text));
  const served = fieldsOf<{ name: unknown; version: unknown }>(tree === undefined ? undefined : getNodeValue(tree));
  if (served.name !== pkg.manifest.raw['name'] || served.version !== pkg.version) {
    throw notLoaded(
      `session ${session.sessionId} has ${String(served.name)} ${String(served.version)} instead of ${pkg.name} ${pkg.version}`,
    );
  }
}

/** Waits until the browser lists the extension's worker as a target. Throws `extension.not-loaded`. */
export async function workerIsUp(
  session: SessionFacts,
  pkg: ExtensionPackage,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const send = commandsOf(session, signal);
  const end = Date.now() + WORKER_DEADLINE_MS;
  while (Date.now() < end) {
    const targets = await send('/goog/cdp/execute', { cmd: 'Target.getTargets', params: {} });
    if (workerIn(targets, id) !== undefined) return;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
  throw notLoaded(
    `the service worker of ${pkg.name} ${pkg.version} (${pkg.manifest.worker}) did not start within ${WORKER_DEADLINE_MS} ms; it may throw an error when it starts`,
  );
}

function commandsOf(session: SessionFacts, signal: AbortSignal): (path: string, body: object) => Promise<unknown> {
  const client = new WireClient(session.endpoint);
  return (path, body) =>
    client.send('POST', `/session/${session.sessionId}${path}`, body, { deadlineMs: COMMAND_DEADLINE_MS, signal });
}
