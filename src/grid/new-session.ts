import { NOT_W3C } from '../wire/classify.ts';
import { WireError } from '../wire/wire-error.ts';

/** The `value` of a `POST /session`. */
export interface NewSession {
  readonly sessionId: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** The id in a `value`; undefined if there is none that can stand in a path. */
export function sessionIdIn(value: unknown): string | undefined {
  const id = (value as { sessionId?: unknown } | null | undefined)?.sessionId;
  return typeof id === 'string' && /^[^\s/?#\\]+$/.test(id) && !/^\.+$/.test(id) ? id : undefined;
}

/** Reads any `value` of a `POST /session`. Throws a `WireError` if it has no id or no capabilities. */
export function newSessionOf(value: unknown, endpoint: string): NewSession {
  const sessionId = sessionIdIn(value);
  const capabilities = (value as { capabilities?: unknown } | null | undefined)?.capabilities;
  if (sessionId !== undefined && isRecord(capabilities)) return { sessionId, capabilities };
  const missing = sessionId === undefined ? 'no session id' : 'no capabilities';
  throw new WireError(NOT_W3C, `POST ${endpoint}/session`, `the reply has ${missing}: ${shown(value)}`);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 200);
}
