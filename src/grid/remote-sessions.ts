import { randomBytes } from 'node:crypto';
import type { SessionRequest } from '../core/ports.ts';
import { untilAborted } from '../wire/until-aborted.ts';
import type { WireClient } from '../wire/wire-client.ts';
import { isRefusal } from '../wire/classify.ts';
import { cutError, WireError } from '../wire/wire-error.ts';
import { defaultCapabilities, mergeCapabilities } from './capabilities.ts';
import { endSession, untilUnlisted } from './end-session.ts';
import type { SessionStatus } from './grid-status.ts';
import { findLostSession, type LostSession } from './lost-session.ts';
import { newSessionOf, sessionIdIn, type NewSession } from './new-session.ts';
import type { Registration, SessionBook } from './registry.ts';
import type { StraySessions } from './stray-sessions.ts';

export interface RemoteSessionsOptions {
  readonly client: WireClient;
  readonly registry: SessionBook;
  readonly strays: Pick<StraySessions, 'expect'>;
  readonly headed: boolean;
  readonly openDeadlineMs: number;
  readonly lostSearchMs: number;
  /** Aborts when the grid's own end has waited long enough. */
  readonly disposal: AbortSignal;
}

/** A session that is open, and its record on disk. */
export interface Opened {
  readonly session: NewSession;
  /** `se:name`, if the server knows names. */
  readonly name: string;
  readonly registration: Registration;
}

/** A session that may still live, known by its id or only by its name. */
interface Unended {
  readonly sessionId: string | undefined;
  readonly name: string;
  readonly registration: Registration;
  /** Has the server begun to end it? */
  readonly isEnding: boolean;
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
/** chromedriver needs 20 s to end a session whose page holds its process. */
const ENDING_PATIENCE_MS = 25_000;

/** Opens and ends sessions on one endpoint. A session is on disk from before its request until after its end. */
export class RemoteSessions {
  readonly #options: RemoteSessionsOptions;
  readonly #ended = new Set<string>();
  /** Sessions that nobody uses any more and that may still live. */
  readonly #unended = new Set<Unended>();
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

  /** May the session live on, and is it on disk for that? */
  isUnended({ name, sessionId }: SessionStatus): boolean {
    return [...this.#unended].some((unended) => unended.name === name || unended.sessionId === sessionId);
  }

  /** Sends one request for a session, never a second one. Throws a `WireError` if none was made. */
  async open(request: SessionRequest, isGrid: boolean): Promise<Opened> {
    const { client, registry, strays, headed } = this.#options;
    if (this.#unended.size > 0) this.inBackground(this.endRest());
    // No other session has this name: it finds the session if the reply is lost.
    const name = `${request.name} ${randomBytes(4).toString('hex')}`;
    const registration = await registry.add(name, client.endpoint.shown);
    const asked = mergeCapabilities(defaultCapabilities(headed), request.capabilities);
    // A plain chromedriver refuses capabilities that it does not know.
    const capabilities = isGrid ? mergeCapabilities(asked, { 'se:name': name }) : asked;
    this.#askedCount += 1;
    strays.expect(name);
    try {
      const session = await this.#post({ capabilities, name, registration, isGrid }, request.signal);
      const opened = { session, name, registration };
      try {
        await registration.update({ sessionId: session.sessionId });
      } catch (error) {
        this.endLater(opened);
        throw error;
      }
      return opened;
    } finally {
      this.#askedCount -= 1;
    }
  }

  /** Takes the session that the server lists under the name of an opened one. The id of a reply may be another session's. */
  async correct(opened: Opened, { sessionId, capabilities }: NewSession): Promise<Opened> {
    if (sessionId === opened.session.sessionId) return opened;
    const right = { ...opened, session: { sessionId, capabilities } };
    try {
      await opened.registration.update({ sessionId });
    } catch (error) {
      this.endLater(right);
      throw error;
    }
    return right;
  }

  /** Ends a session. If it may live on, its record stays, and `endRest` asks again. Never throws. */
  async end({ session, name, registration }: Opened): Promise<void> {
    await this.#end({ sessionId: session.sessionId, name, registration, isEnding: false }, QUIT_TRIES);
  }

  /** Asks once more to end the sessions that may still live. Never throws. */
  async endRest(): Promise<void> {
    const rest = [...this.#unended];
    this.#unended.clear();
    await Promise.all(rest.map((unended) => this.#end(unended, 1)));
  }

  /** Waits for the sessions that the server is ending. Never throws. */
  async untilEnded(): Promise<void> {
    const { client, disposal } = this.#options;
    const limits = { deadlineMs: QUIT_DEADLINE_MS, signal: disposal };
    const ending = [...this.#unended].filter(({ isEnding }) => isEnding);
    await Promise.all(
      ending.map(async (unended) => {
        if (await untilUnlisted(client, unended, limits, ENDING_PATIENCE_MS)) await this.#forget(unended);
      }),
    );
  }

  async #end(unended: Unended, tries: number): Promise<void> {
    const end = await endSession(this.#options.client, unended, { deadlineMs: QUIT_DEADLINE_MS, tries });
    if (end === 'gone') return await this.#forget(unended);
    this.#unended.add({ ...unended, isEnding: unended.isEnding || end === 'ending' });
  }

  async #forget(unended: Unended): Promise<void> {
    const { sessionId, registration } = unended;
    this.#unended.delete(unended);
    if (sessionId !== undefined) this.#ended.add(sessionId);
    await registration.remove().catch(() => {});
  }

  /** As `end`, but nobody has to wait for it: `settle` does. */
  endLater(opened: Opened): void {
    this.inBackground(this.end(opened));
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
    const posted = this.#newSession(client.send('POST', '/session', body, limits), post);
    try {
      return await untilAborted(posted, cut);
    } catch (error) {
      const wasCut = cut.aborted && !(error instanceof WireError);
      const failure = wasCut ? cutError('aborted', `POST /session for ${post.name}`, limits) : error;
      if (post.isGrid) {
        const found = await this.#recover(post, failure, cut.aborted);
        if (found !== undefined) return found;
      } else this.inBackground(this.#endLate(posted, post));
      throw failure;
    }
  }

  /** After a POST to a Grid failed: returns the session if the POST made one that is still wanted. */
  async #recover(post: Post, failure: unknown, stopped: boolean): Promise<NewSession | undefined> {
    if (!(failure instanceof WireError) || !failure.mayBeDone) {
      // A hub may refuse a request that its node has carried out: `endRest` looks for it.
      await this.#endLost(failure instanceof WireError && isRefusal(failure.wireCode) ? 'unknown' : 'none', post);
      return undefined;
    }
    const { client, lostSearchMs, disposal } = this.#options;
    const search = findLostSession(client, post.name, lostSearchMs, disposal);
    if (stopped) {
      this.inBackground(search.then((lost) => this.#endLost(lost, post)));
      return undefined;
    }
    const lost = await search;
    if (typeof lost === 'object') return lost;
    await this.#endLost(lost, post);
    return undefined;
  }

  /** Reads the reply. The id of a session without capabilities is known, but the session is of no use. */
  async #newSession(reply: Promise<unknown>, { name, registration, isGrid }: Post): Promise<NewSession> {
    const value = await reply;
    try {
      return newSessionOf(value, this.#options.client.endpoint.shown);
    } catch (error) {
      const sessionId = sessionIdIn(value);
      // On a Grid the search finds it, with its capabilities.
      if (sessionId !== undefined && !isGrid)
        this.endLater({ session: { sessionId, capabilities: {} }, name, registration });
      throw error;
    }
  }

  /** Ends the session that a request makes after it was given up. */
  async #endLate(posted: Promise<NewSession>, { name, registration }: Post): Promise<void> {
    try {
      await this.end({ session: await posted, name, registration });
    } catch (error) {
      const isUnknown = error instanceof WireError && error.mayBeDone;
      if (!isUnknown) await registration.remove();
    }
  }

  /** Ends a lost session that is no longer wanted. If the search is not sure, `endRest` asks again. */
  async #endLost(lost: LostSession, { name, registration }: Post): Promise<void> {
    if (typeof lost === 'object') await this.end({ session: lost, name, registration });
    else if (lost === 'none') await registration.remove();
    else this.#unended.add({ sessionId: undefined, name, registration, isEnding: false });
  }

  /** Lets work go on that nobody waits for: `settle` does. */
  inBackground(work: Promise<unknown>): void {
    const known = work.catch(() => {}).finally(() => this.#background.delete(known));
    this.#background.add(known);
  }
}
