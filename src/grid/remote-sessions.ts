import { randomBytes } from 'node:crypto';
import type { SessionRequest } from '../core/ports.ts';
import { untilAborted } from '../wire/until-aborted.ts';
import type { WireClient } from '../wire/wire-client.ts';
import { cutError, WireError } from '../wire/wire-error.ts';
import { defaultCapabilities, mergeCapabilities } from './capabilities.ts';
import { findLostSession, type LostSession } from './lost-session.ts';
import type { Registration, SessionRegistry } from './registry.ts';
import type { NewSession } from './session-facts.ts';

export interface RemoteSessionsOptions {
  readonly client: WireClient;
  readonly registry: SessionRegistry;
  readonly headed: boolean;
  readonly openDeadlineMs: number;
  readonly lostSearchMs: number;
  /** Aborts when the grid's own end has waited long enough. */
  readonly disposal: AbortSignal;
}

/** A session that is open, and its record on disk. */
export interface Opened {
  readonly session: NewSession;
  readonly registration: Registration;
}

/** One `POST /session`. */
interface Post {
  readonly capabilities: object;
  /** `se:name` */
  readonly name: string;
  readonly registration: Registration;
  readonly isGrid: boolean;
}

/** A hub that is just making the session may never reply to a DELETE, so the DELETE is sent again. */
const QUIT_DEADLINE_MS = 7_000;
const QUIT_TRIES = 3;

/** Opens and ends sessions on one endpoint. A session is on disk from before its request until after its end. */
export class RemoteSessions {
  readonly #options: RemoteSessionsOptions;
  readonly #ended = new Set<string>();
  readonly #background = new Set<Promise<unknown>>();
  #askedCount = 0;

  constructor(options: RemoteSessionsOptions) {
    this.#options = options;
  }

  /** The number of requests that have no reply yet. */
  get askedCount(): number {
    return this.#askedCount;
  }

  /** The ids of all sessions that were ended. */
  get ended(): ReadonlySet<string> {
    return this.#ended;
  }

  /** Sends one request for a session, never a second one. Throws a `WireError` if none was made. */
  async open(request: SessionRequest, isGrid: boolean): Promise<Opened> {
    const { client, registry, headed } = this.#options;
    // No other session has this name: it finds the session if the reply is lost.
    const name = `${request.name} ${randomBytes(4).toString('hex')}`;
    const registration = await registry.add(name, client.endpoint.shown);
    const asked = mergeCapabilities(defaultCapabilities(headed), request.capabilities);
    // A plain chromedriver refuses capabilities that it does not know.
    const capabilities = isGrid ? mergeCapabilities(asked, { 'se:name': name }) : asked;
    this.#askedCount += 1;
    try {
      const session = await this.#post({ capabilities, name, registration, isGrid }, request.signal);
      await registration.update({ sessionId: session.sessionId });
      return { session, registration };
    } finally {
      this.#askedCount -= 1;
    }
  }

  /** Ends a session. If that fails, its record stays for a later run. Never throws. */
  async end({ session, registration }: Opened): Promise<void> {
    const { client } = this.#options;
    for (let tries = 1; ; tries += 1) {
      try {
        await client.send('DELETE', `/session/${session.sessionId}`, undefined, { deadlineMs: QUIT_DEADLINE_MS });
        break;
      } catch (error) {
        const isUnknown = error instanceof WireError && (error.mayBeDone || error.code === 'grid.unreachable');
        if (!isUnknown) break;
        if (tries === QUIT_TRIES) return;
      }
    }
    this.#ended.add(session.sessionId);
    await registration.remove().catch(() => {});
  }

  /** As `end`, but nobody has to wait for it: `settle` does. */
  endLater(opened: Opened): void {
    this.#inBackground(this.end(opened));
  }

  /** Waits for everything that goes on in the background. Never throws. */
  async settle(): Promise<void> {
    while (this.#background.size > 0) await Promise.allSettled(this.#background);
  }

  async #post(post: Post, signal: AbortSignal): Promise<NewSession> {
    const { client, openDeadlineMs, disposal } = this.#options;
    const cut = AbortSignal.any([signal, disposal]);
    // A Grid drops a request with its connection. Another server would go on and make a session that nobody can find:
    // there the request is kept, and the session that it makes is ended.
    const limits = { deadlineMs: openDeadlineMs, signal: post.isGrid ? cut : disposal };
    const body = { capabilities: { alwaysMatch: post.capabilities } };
    const posted = client.send('POST', '/session', body, limits) as Promise<NewSession>;
    try {
      return await untilAborted(posted, cut);
    } catch (error) {
      const wasCut = cut.aborted && !(error instanceof WireError);
      const failure = wasCut ? cutError('aborted', `POST /session for ${post.name}`, limits) : error;
      if (post.isGrid) {
        const found = await this.#recover(post, failure, cut.aborted);
        if (found !== undefined) return found;
      } else this.#inBackground(this.#endLate(posted, post.registration));
      throw failure;
    }
  }

  /** After a POST to a Grid failed: returns the session if the POST made one that is still wanted. */
  async #recover({ name, registration }: Post, failure: unknown, stopped: boolean): Promise<NewSession | undefined> {
    if (!(failure instanceof WireError) || !failure.mayBeDone) {
      await registration.remove();
      return undefined;
    }
    const { client, lostSearchMs, disposal } = this.#options;
    const search = findLostSession(client, name, lostSearchMs, disposal);
    if (stopped) {
      this.#inBackground(search.then((lost) => this.#endLost(lost, registration)));
      return undefined;
    }
    const lost = await search;
    if (typeof lost === 'object') return lost;
    await this.#endLost(lost, registration);
    return undefined;
  }

  /** Ends the session that a request makes after it was given up. */
  async #endLate(posted: Promise<NewSession>, registration: Registration): Promise<void> {
    try {
      await this.end({ session: await posted, registration });
    } catch (error) {
      const isUnknown = error instanceof WireError && error.mayBeDone;
      if (!isUnknown) await registration.remove();
    }
  }

  /** Ends a lost session that is no longer wanted. If the search is not sure, the record stays for a later run. */
  async #endLost(lost: LostSession, registration: Registration): Promise<void> {
    if (typeof lost === 'object') await this.end({ session: lost, registration });
    else if (lost === 'none') await registration.remove();
  }

  #inBackground(work: Promise<unknown>): void {
    const known = work.catch(() => {}).finally(() => this.#background.delete(known));
    this.#background.add(known);
  }
}
