import { setTimeout as delay } from 'node:timers/promises';
import { DEADLINE, NOT_W3C } from '../wire/classify.ts';
import type { Limits } from '../wire/deadline.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { isStarting, readGridStatus } from './grid-status.ts';

const FIRST_PAUSE_MS = 250;
/** A server may ask for a longer pause with `Retry-After`, up to this. */
const MAX_PAUSE_MS = 2_000;

/** A session on a server, by its id or only by its name. */
export interface SessionOnServer {
  readonly sessionId?: string | undefined;
  /** `se:name` */
  readonly name: string;
}

export interface EndLimits {
  /** For each request. */
  readonly deadlineMs: number;
  /** How often to ask. */
  readonly tries: number;
  readonly signal?: AbortSignal | undefined;
}

/** `ending`: the server did not reply in time, so it may be at it. `unknown`: the session may live on. */
export type SessionEnd = 'gone' | 'ending' | 'unknown';

/**
 * Ends a session. Returns `gone` only if it is certain that the session is gone: the server ended it, a W3C error says
 * that there is no such session, or the `/status` of a Grid does not list it. With any other reply the session may
 * live on, and its record must stay. Never throws.
 */
export async function endSession(client: WireClient, session: SessionOnServer, limits: EndLimits): Promise<SessionEnd> {
  const goneIf = (isGone: boolean): SessionEnd => (isGone ? 'gone' : isEnding ? 'ending' : 'unknown');
  let isEnding = false;
  for (let count = 1, pauseMs = FIRST_PAUSE_MS; ; count += 1, pauseMs *= 2) {
    try {
      const sessionId = session.sessionId ?? (await listed(client, session, limits));
      if (sessionId !== undefined) await deleteSession(client, sessionId, limits);
      return 'gone';
    } catch (error) {
      if (!(error instanceof WireError) || limits.signal?.aborted) return goneIf(false);
      if (error.wireCode === 'invalid session id') return goneIf(await endForgotten(client, session, limits));
      isEnding ||= error.wireCode === DEADLINE;
      if (count >= limits.tries)
        return goneIf(error.code !== 'grid.no-answer' && (await isUnlisted(client, session, limits)));
      await delay(Math.min(Math.max(pauseMs, error.retryAfterMs ?? 0), MAX_PAUSE_MS));
    }
  }
}

/** Throws a `WireError` if the server does not say that it ended the session, also if it says so with status 200. */
async function deleteSession(client: WireClient, sessionId: string, limits: Limits): Promise<void> {
  const path = `/session/${sessionId}`;
  const value = await client.send('DELETE', path, undefined, limits);
  const { error } = (value ?? {}) as { readonly error?: unknown };
  if (typeof error === 'string')
    throw new WireError(error, `DELETE ${client.endpoint.shown}${path}`, 'with status 200');
}

/** Waits until a Grid no longer lists a session that it is ending, at most for `patienceMs`. Returns whether it is gone. */
export async function untilUnlisted(
  client: WireClient,
  session: SessionOnServer,
  limits: Limits,
  patienceMs: number,
): Promise<boolean> {
  const until = Date.now() + patienceMs;
  while (!(await isUnlisted(client, session, limits))) {
    if (Date.now() >= until || limits.signal?.aborted) return false;
    await delay(MAX_PAUSE_MS / 2);
  }
  return true;
}

/** The id of a session in the `/status`; undefined if it is not there. Throws a `WireError` if that is not certain. */
async function listed(client: WireClient, { name }: SessionOnServer, limits: EndLimits): Promise<string | undefined> {
  const status = await readGridStatus(client, limits);
  const found = status.sessions.find((session) => session.name === name);
  if (found !== undefined) return found.sessionId;
  const unsure = !status.isStatus ? 'the reply is no status' : isStarting(status) ? 'a session is starting' : undefined;
  if (unsure !== undefined) throw new WireError(NOT_W3C, `GET ${client.endpoint.shown}/status`, unsure);
  return undefined;
}

/**
 * The server knows no session of this id. On a Grid it may live all the same: the reply to its request had a wrong id,
 * or the hub was restarted and lists the sessions of its nodes without knowing them. Ends it, and returns true if it is gone.
 */
async function endForgotten(client: WireClient, session: SessionOnServer, limits: EndLimits): Promise<boolean> {
  const { sessionId, name } = session;
  const status = await readGridStatus(client, limits).catch(() => undefined);
  // A hub that has just restarted knows no session, and may not know its nodes yet.
  if (status === undefined) return false;
  const found = status.sessions.find((each) => each.name === name || each.sessionId === sessionId);
  if (found === undefined) return true;
  if (found.sessionId !== sessionId)
    return (await endSession(client, { sessionId: found.sessionId, name }, limits)) === 'gone';
  if (!URL.canParse(found.nodeUri)) return false;
  try {
    await new WireClient(found.nodeUri).send('DELETE', `/session/${sessionId}`, undefined, limits);
    return true;
  } catch (error) {
    return error instanceof WireError && error.wireCode === 'invalid session id';
  }
}

/** Does a Grid no longer list a session that it did not end? Any other server lists none. */
async function isUnlisted(client: WireClient, session: SessionOnServer, limits: Limits): Promise<boolean> {
  const status = await readGridStatus(client, limits).catch(() => undefined);
  if (status?.isGrid !== true || isStarting(status)) return false;
  return !status.sessions.some(({ sessionId, name }) => sessionId === session.sessionId || name === session.name);
}
