import { availableParallelism } from 'node:os';
import { GridrunError } from '../core/fault.ts';
import type { Grid, OwnedSession, SessionRequest } from '../core/ports.ts';
import { endProcessesNaming } from '../os/process-table.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { defaultCapabilities, localCapabilities, mergeCapabilities } from './capabilities.ts';
import { whyNoStart } from './chrome-words.ts';
import { startDriver, type DriverProcess } from './driver-process.ts';
import { findChrome, type ChromePair } from './find-chrome.ts';
import { newSessionOf } from './new-session.ts';
import { SessionRegistry, type Registration } from './registry.ts';
import { sessionFacts } from './session-facts.ts';

export interface LocalGridOptions {
  readonly sessions: number | 'auto';
  readonly headed?: boolean;
  readonly registry?: SessionRegistry;
  /** The Chrome to use. Default: the one that `findChrome` finds. */
  readonly chrome?: ChromePair;
}

const OPEN_DEADLINE_MS = 60_000;
const QUIT_DEADLINE_MS = 3000;
const COMMAND_DEADLINE_MS = 10_000;

/**
 * The Chrome of this machine. Each session has its own chromedriver: a session whose POST got no reply can only be ended
 * together with its driver. Throws a refusal if there is no Chrome, or no chromedriver that fits it.
 */
export async function localGrid(options: LocalGridOptions): Promise<Grid> {
  return new LocalGrid(options, options.chrome ?? (await findChrome()));
}

/** The processes and the folder of one session. */
interface Place {
  readonly driver: DriverProcess;
  readonly registration: Registration;
}

class LocalGrid implements Grid {
  readonly name = 'local';
  readonly #options: LocalGridOptions;
  readonly #chrome: ChromePair;
  readonly #registry: SessionRegistry;
  /** Every session from its request to its release. */
  readonly #openings = new Set<Promise<OwnedSession>>();
  readonly #disposal = new AbortController();
  /** A start of Chrome without its driver, while there is one. */
  #byHand: Promise<string | undefined> | undefined;

  constructor(options: LocalGridOptions, chrome: ChromePair) {
    this.#options = options;
    this.#chrome = chrome;
    this.#registry = options.registry ?? new SessionRegistry();
  }

  async capacity(): Promise<number> {
    const { sessions } = this.#options;
    return sessions === 'auto' ? availableParallelism() : sessions;
  }

  async openSession(request: SessionRequest): Promise<OwnedSession> {
    const signal = AbortSignal.any([request.signal, this.#disposal.signal]);
    const opening = this.#open({ ...request, signal });
    this.#openings.add(opening);
    const forget = (): void => void this.#openings.delete(opening);
    const owned = await opening.catch((error: unknown) => {
      forget();
      throw error;
    });
    return { session: owned.session, release: () => owned.release().then(forget) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal.abort();
    const opened = await Promise.allSettled(this.#openings);
    await Promise.all(opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value.release()] : [])));
  }

  async #open(request: SessionRequest): Promise<OwnedSession> {
    const place = await this.#makePlace(request);
    const { folder } = place.registration;
    const capabilities = mergeCapabilities(
      defaultCapabilities(this.#options.headed ?? false),
      localCapabilities(this.#chrome.chrome, folder),
      request.capabilities,
    );
    try {
      return await this.#startSession(place, { ...request, capabilities });
    } catch (error) {
      const isFault = error instanceof WireError && error.code !== 'runner.stopped';
      const notStarted = isFault ? await this.#notStarted(error, place, { ...request, capabilities }) : undefined;
      await end(place);
      throw notStarted ?? error;
    }
  }

  /** The error of a session that did not open, with Chrome's own words if there are any. */
  async #notStarted(error: WireError, { driver, registration }: Place, request: SessionRequest): Promise<GridrunError> {
    // The driver refused the request, so it did not try to start Chrome.
    const isRefused = error.wireCode === 'invalid argument';
    // Sessions that fail at the same time share one start by hand.
    if (!isRefused)
      this.#byHand ??= whyNoStart(request.capabilities, registration.folder, request.signal).finally(
        () => (this.#byHand = undefined),
      );
    const why = isRefused ? undefined : await this.#byHand;
    const message = why === undefined ? error.message : `${why}\nchromedriver: ${error.message}`;
    return new GridrunError(
      'browser.not-started',
      `${this.#chrome.chrome} did not start: ${message}${await driver.lastLog()}`,
      { hint: 'run gridrun doctor to test Chrome and its driver', cause: error },
    );
  }

  async #makePlace({ name, signal }: SessionRequest): Promise<Place> {
    const registration = await this.#registry.add(name);
    try {
      const driver = await startDriver(this.#chrome.chromedriver, registration.folder, signal);
      return { driver, registration };
    } catch (error) {
      await registration.remove();
      throw error;
    }
  }

  async #startSession(place: Place, { capabilities, signal }: SessionRequest): Promise<OwnedSession> {
    const { driver, registration } = place;
    const client = new WireClient(driver.endpoint);
    const limits = { deadlineMs: OPEN_DEADLINE_MS, signal };
    const made = await client.send('POST', '/session', { capabilities: { alwaysMatch: capabilities } }, limits);
    const session = newSessionOf(made, driver.endpoint);
    const path = `/session/${session.sessionId}`;
    await registration.update({ sessionId: session.sessionId });
    const facts = await sessionFacts(session, { endpoint: driver.endpoint, node: this.name }, client, {
      deadlineMs: COMMAND_DEADLINE_MS,
      signal,
    });
    const quit = async (): Promise<void> => {
      // Chrome ends more cleanly if it is asked to. If it is dead or hangs, it ends with its driver.
      await client.send('DELETE', path, undefined, { deadlineMs: QUIT_DEADLINE_MS }).catch(() => {});
      await end(place);
    };
    let released: Promise<void> | undefined;
    return { session: facts, release: () => (released ??= quit()) };
  }
}

/** Never throws: a later run clears what cannot be removed now. */
async function end({ driver, registration }: Place): Promise<void> {
  await driver.stop();
  // On Windows, the list of processes takes longer than they do.
  if (process.platform !== 'win32') await endProcessesNaming(registration.folder).catch(() => {});
  await registration.remove().catch(() => {});
}
