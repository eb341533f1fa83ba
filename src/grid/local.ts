import { availableParallelism } from 'node:os';
import { GridrunError } from '../core/fault.ts';
import type { Grid, OwnedSession, SessionRequest } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { defaultCapabilities, localCapabilities, mergeCapabilities } from './capabilities.ts';
import { startDriver } from './driver-process.ts';
import { findChrome, type ChromePair } from './find-chrome.ts';
import { SessionRegistry } from './registry.ts';
import { sessionFacts, type NewSession } from './session-facts.ts';

export interface LocalGridOptions {
  readonly sessions: number | 'auto';
  readonly headed?: boolean;
  readonly registry?: SessionRegistry;
  /** What to use instead of what `findChrome` finds. */
  readonly chrome?: ChromePair;
}

const OPEN_DEADLINE_MS = 60_000;
const QUIT_DEADLINE_MS = 3000;
const COMMAND_DEADLINE_MS = 10_000;

/**
 * The Chrome of this machine. Each session has a chromedriver of its own, because a session whose answer was lost can
 * only be ended with its driver. Throws a refusal where there is no Chrome, or no driver that fits it.
 */
export async function localGrid(options: LocalGridOptions): Promise<Grid> {
  const pair = options.chrome ?? (await findChrome());
  const registry = options.registry ?? new SessionRegistry();
  const allOwned = new Set<Promise<OwnedSession>>();
  const disposal = new AbortController();
  return {
    name: 'local',
    capacity: async () => (options.sessions === 'auto' ? availableParallelism() : options.sessions),
    async openSession(request) {
      const opening = open(pair, options.headed ?? false, registry, {
        ...request,
        signal: AbortSignal.any([request.signal, disposal.signal]),
      });
      allOwned.add(opening);
      const forget = (): boolean => allOwned.delete(opening);
      const owned = await opening.catch((error: unknown) => {
        forget();
        throw error;
      });
      return { session: owned.session, release: () => owned.release().then(() => void forget()) };
    },
    async [Symbol.asyncDispose]() {
      disposal.abort();
      const opened = await Promise.allSettled(allOwned);
      await Promise.all(opened.flatMap((owned) => (owned.status === 'fulfilled' ? [owned.value.release()] : [])));
    },
  };
}

async function open(
  pair: ChromePair,
  headed: boolean,
  registry: SessionRegistry,
  request: SessionRequest,
): Promise<OwnedSession> {
  const { signal } = request;
  const registration = await registry.add(request.name);
  const driver = await startDriver(pair.chromedriver, registration.folder, signal).catch(async (error: unknown) => {
    await registration.remove();
    throw error;
  });
  const end = async (): Promise<void> => {
    await driver.stop();
    // What can't be removed is left to the next sweep.
    await registration.remove().catch(() => {});
  };
  const client = new WireClient(driver.endpoint);
  try {
    const capabilities = mergeCapabilities(
      defaultCapabilities(headed),
      localCapabilities(pair.chrome, registration.folder),
      request.capabilities,
    );
    const body = { capabilities: { alwaysMatch: capabilities } };
    const session = (await client.send('POST', '/session', body, {
      deadlineMs: OPEN_DEADLINE_MS,
      signal,
    })) as NewSession;
    await registration.update({ sessionId: session.sessionId });
    const facts = await sessionFacts(session, driver.endpoint, 'local', client, {
      deadlineMs: COMMAND_DEADLINE_MS,
      signal,
    });
    let released: Promise<void> | undefined;
    const release = async (): Promise<void> => {
      // Chrome ends more cleanly when asked; a dead or hung one is ended with its driver.
      await client
        .send('DELETE', `/session/${session.sessionId}`, undefined, { deadlineMs: QUIT_DEADLINE_MS })
        .catch(() => {});
      await end();
    };
    return { session: facts, release: () => (released ??= release()) };
  } catch (error) {
    const log = await driver.lastLog();
    await end();
    if (!(error instanceof WireError) || error.code === 'runner.stopped') throw error;
    throw new GridrunError('browser.not-started', `${pair.chrome} did not start: ${error.message}${log}`, {
      cause: error,
    });
  }
}
