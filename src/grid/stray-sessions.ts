import type { WireClient } from '../wire/wire-client.ts';
import { endSession, untilUnlisted } from './end-session.ts';
import type { SessionStatus } from './grid-status.ts';
import type { SessionBook } from './registry.ts';

const LIMITS = { deadlineMs: 7_000, tries: 3 };
/** A hub lists a session for a moment after it has ended. */
const PATIENCE_MS = 3_000;

/**
 * Sessions that a Grid lists under a name of ours although nobody uses them: a proxy that sends a `POST /session` twice makes
 * two, a request that seemed to fail may be served later, and a proxy may answer a `DELETE` by itself.
 */
export class StraySessions {
  readonly #client: WireClient;
  readonly #registry: SessionBook;
  readonly #names = new Set<string>();

  constructor(client: WireClient, registry: SessionBook) {
    this.#client = client;
    this.#registry = registry;
  }

  /** Takes the name of a session that is about to be asked for. */
  expect(name: string): void {
    this.#names.add(name);
  }

  /** Were no sessions asked for? */
  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** The sessions that have a name of ours. */
  among(listed: readonly SessionStatus[]): SessionStatus[] {
    return listed.filter(({ name = '' }) => this.#names.has(name));
  }

  /** Ends sessions that nobody uses. Each is on disk until the Grid lists it no more. Never throws. */
  async end(strays: readonly SessionStatus[], signal: AbortSignal): Promise<void> {
    await Promise.allSettled(strays.map(async (stray) => await this.#end(stray, signal)));
  }

  async #end({ sessionId, name = '' }: SessionStatus, signal: AbortSignal): Promise<void> {
    const session = { sessionId, name };
    const registration = await this.#registry.add(name, this.#client.endpoint.shown);
    await registration.update({ sessionId });
    const end = await endSession(this.#client, session, { ...LIMITS, signal });
    // Others may have the same name, so it is looked for by its id.
    const byId = { sessionId, name: '' };
    if (end === 'gone' && (await untilUnlisted(this.#client, byId, { ...LIMITS, signal }, PATIENCE_MS)))
      await registration.remove();
  }
}
