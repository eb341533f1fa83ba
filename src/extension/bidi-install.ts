import type { ExtensionFacts, SessionFacts } from '../core/ports.ts';
import { BidiCdp } from '../wire/bidi-cdp.ts';
import { BidiClient } from '../wire/bidi-client.ts';
import { WORKER_EVENTS, WorkerWatch } from '../wire/worker-watch.ts';
import { workerIn } from './worker-target.ts';
import { fieldsOf, itemsOf } from '../wire/answer-fields.ts';
import { WireError } from '../wire/wire-error.ts';
import { manifestIsServed } from './classic-proof.ts';
import { notLoaded, WayClosed, workerDied } from './not-loaded.ts';
import type { ExtensionPackage } from './read-extension.ts';

const COMMAND_DEADLINE_MS = 30_000;
/** A worker starts in a tenth of a second, unless the machine is overloaded. */
const WORKER_DEADLINE_MS = 20_000;

/** One extension in one session. */
interface Placement {
  readonly session: SessionFacts;
  readonly pkg: ExtensionPackage;
  /** The folder of the unpacked extension, on the browser's machine. */
  readonly path: string;
}

/**
 * Installs the extension, and proves that it is loaded and that its worker is alive. Throws `WayClosed` if the browser
 * does not install over BiDi, else `extension.not-loaded`, `extension.worker-died` or a `WireError`.
 */
export async function installByBidi(placement: Placement, signal: AbortSignal): Promise<ExtensionFacts> {
  return await withCdp(placement.session, signal, async (cdp) => await install(cdp, placement, signal));
}

/**
 * Installs the extension again, which empties its storage and restarts its worker. The id stays, because it follows
 * from the path. This does not wait for the worker, which starts while the next site's page loads.
 * Throws as `installByBidi` does.
 */
export async function reinstallByBidi({ session, pkg, path }: Placement, signal: AbortSignal): Promise<void> {
  const before = session.extension!.id;
  await withCdp(session, signal, async (cdp) => {
    if (pkg.manifest.worker !== undefined) await emptyUninstallUrl(cdp, before);
    await cdp.bidi('webExtension.uninstall', { extension: before });
    const id = await installAt(cdp, path);
    if (id !== before) throw notLoaded(`${pkg.name} has another id after its installation: ${id} instead of ${before}`);
  });
}

async function withCdp<T>(session: SessionFacts, signal: AbortSignal, use: (cdp: BidiCdp) => Promise<T>): Promise<T> {
  if (session.webSocketUrl === undefined) throw new WayClosed('the session has no BiDi connection');
  const limits = { deadlineMs: COMMAND_DEADLINE_MS, signal };
  const client = await BidiClient.connect(session.webSocketUrl, limits);
  try {
    return await use(new BidiCdp(client, limits));
  } finally {
    client.close();
  }
}

async function install(cdp: BidiCdp, placement: Placement, signal: AbortSignal): Promise<ExtensionFacts> {
  const { pkg, path } = placement;
  const watch = new WorkerWatch();
  const unwatch = pkg.manifest.worker === undefined ? undefined : await watchWorkers(cdp, watch);
  const id = await installAt(cdp, path);
  await proveListed(cdp, placement, id, signal);
  if (pkg.manifest.worker !== undefined) await proveWorker(watch, pkg, id, signal);
  await unwatch?.();
  const { popup, options } = pkg.manifest;
  return {
    id,
    name: pkg.name,
    version: pkg.version,
    sha256: pkg.sha256,
    ...(popup === undefined ? {} : { popup }),
    ...(options === undefined ? {} : { options }),
  };
}

/** Call it before the install, so that it sees the first error of a worker that dies at once. */
async function watchWorkers(cdp: BidiCdp, watch: WorkerWatch): Promise<() => Promise<unknown>> {
  const [unsubscribe, tree] = await Promise.all([
    cdp.subscribe(WORKER_EVENTS, (event) => watch.onEvent(event)),
    cdp.bidi('browsingContext.getTree', { maxDepth: 0 }),
  ]);
  const [first] = itemsOf<{ context: string }>(tree, 'contexts');
  const tab = await cdp.sessionOf(first?.context ?? '');
  await cdp.send('ServiceWorker.enable', {}, tab);
  return () => Promise.all([unsubscribe(), cdp.send('ServiceWorker.disable', {}, tab)]);
}

/**
 * Takes back the page that the extension wants Chrome to open when it is uninstalled: it would open for each site, ask the
 * vendor's server, and hide the next site's page.
 */
async function emptyUninstallUrl(cdp: BidiCdp, id: string): Promise<void> {
  try {
    const worker = workerIn(await cdp.send('Target.getTargets', {}), id);
    const evaluate = { expression: "chrome.runtime.setUninstallURL('')", awaitPromise: true, timeout: 1_000 };
    if (worker === undefined) return await evaluateInTab(cdp, id, evaluate);
    const attach = { targetId: worker.targetId, flatten: true };
    const { sessionId } = fieldsOf<{ sessionId: string }>(await cdp.send('Target.attachToTarget', attach));
    await cdp.send('Runtime.evaluate', evaluate, sessionId);
  } catch (error) {
    // The worker may end at this moment, and the extension goes with the next command anyway.
    if (error instanceof WireError && error.blames === 'check') return;
    throw error;
  }
}

/** For a worker that sleeps: a page of the extension may do what the worker may. */
async function evaluateInTab(cdp: BidiCdp, id: string, evaluate: object): Promise<void> {
  const tab = await cdp.bidi('browsingContext.create', { type: 'tab', background: true });
  const { context = '' } = fieldsOf<{ context: string }>(tab);
  try {
    const url = `chrome-extension://${id}/manifest.json`;
    await cdp.bidi('browsingContext.navigate', { context, url, wait: 'complete' });
    await cdp.send('Runtime.evaluate', evaluate, await cdp.sessionOf(context));
  } finally {
    await cdp.bidi('browsingContext.close', { context });
  }
}

async function installAt(cdp: BidiCdp, path: string): Promise<string> {
  try {
    const installed = await cdp.bidi('webExtension.install', { extensionData: { type: 'path', path } });
    return fieldsOf<{ extension: string }>(installed).extension ?? '';
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    // Chrome before 149 returns "Method not available", unless it was started with the switches for it.
    const closed =
      /^(unknown command|unknown method|unsupported operation)$/.test(error.wireCode) ||
      /not (available|allowed|supported)|wasn't found/i.test(error.message);
    if (closed) throw new WayClosed(error.message, { cause: error });
    if (error.wireCode === 'invalid web extension' || error.blames === 'check')
      throw notLoaded(`Chrome refused the extension: ${error.message}`, error);
    throw error;
  }
}

async function proveListed(cdp: BidiCdp, { session, pkg }: Placement, id: string, signal: AbortSignal): Promise<void> {
  let known: Partial<{ id: string; name: string; version: string; enabled: boolean }>[];
  try {
    known = itemsOf(await cdp.send('Extensions.getExtensions', {}), 'extensions');
  } catch (error) {
    // Older versions of Chrome have no such list.
    if (!(error instanceof WireError) || error.blames !== 'check') throw error;
    return await manifestIsServed(session, pkg, id, signal);
  }
  const found = known.find((extension) => extension.id === id);
  if (found === undefined)
    throw notLoaded(`${pkg.name} is not among the extensions of session ${session.sessionId} on ${session.node}`);
  if (!found.enabled)
    throw notLoaded(`Chrome has disabled ${pkg.name} in session ${session.sessionId} on ${session.node}`);
  // A localized name depends on the browser's locale.
  const sameName = pkg.manifest.localized || found.name === pkg.name;
  if (!sameName || found.version !== pkg.version)
    throw notLoaded(
      `session ${session.sessionId} has ${found.name} ${found.version} instead of ${pkg.name} ${pkg.version}`,
    );
}

async function proveWorker(watch: WorkerWatch, pkg: ExtensionPackage, id: string, signal: AbortSignal): Promise<void> {
  const origin = `chrome-extension://${id}/`;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(WORKER_DEADLINE_MS)]);
  const outcome = await watch.until(() => {
    const status = watch.newborn(origin)?.status;
    if (status === 'activated' || status === 'redundant') return status;
    return undefined;
  }, limit);
  if (outcome === 'activated') return;
  const errors = watch
    .errors(origin)
    .map(({ message, url, line }) => `${message} (${url.replace(origin, '')}:${line})`);
  if (outcome === 'redundant' || errors.length > 0) {
    throw workerDied(
      `the service worker of ${pkg.name} ${pkg.version} (${pkg.manifest.worker}) dies when it starts: ${errors.join('; ') || 'Chrome does not say why'}`,
    );
  }
  throw notLoaded(`the service worker of ${pkg.name} ${pkg.version} did not start within ${WORKER_DEADLINE_MS} ms`);
}
