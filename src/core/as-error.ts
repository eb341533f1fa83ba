import { isSmall } from './value-size.ts';

/** The fields of an error that mocha and gridrun read. */
const READ_FIELDS = ['stack', 'code', 'cause', 'errors', 'actual', 'expected', 'showDiff'];
/** Fields that lead to the errors behind an error. An error that is made anew keeps them. */
const REASON_FIELDS = ['cause', 'errors'];

/** Makes a proper error of anything that was thrown: people throw strings, nothing, and errors whose message is a list. */
export function asError(thrown: unknown): Error {
  const [name, message, stack] = ['name', 'message', 'stack'].map((field) => fieldOf(thrown, field));
  const isWhole =
    typeof name === 'string' && typeof message === 'string' && (stack === undefined || typeof stack === 'string');
  if (isInstance(thrown, Error) && isWhole && READ_FIELDS.every((field) => read(thrown, field) !== undefined))
    return thrown;
  const text = isInstance(thrown, Error) ? safeString(message) : `${safeString(thrown)} was thrown, which is no Error`;
  const error = new Error(typeof message === 'string' ? message : text);
  if (typeof stack === 'string') error.stack = stack;
  for (const field of REASON_FIELDS) {
    const value = fieldOf(thrown, field);
    if (value !== undefined) Object.defineProperty(error, field, { value, configurable: true, writable: true });
  }
  return error;
}

/** `instanceof` that never throws: a proxy may refuse to be asked. */
export function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** The value of a field; undefined if its getter throws. */
export function fieldOf(value: unknown, field: string): unknown {
  return read(value, field)?.held;
}

/** False if the field has a getter that throws. */
export function canRead(value: unknown, field: string): boolean {
  return read(value, field) !== undefined;
}

/** The value of a field, in a box; undefined if its getter throws. */
function read(value: unknown, field: string): { readonly held: unknown } | undefined {
  try {
    return { held: (value as Readonly<Record<string, unknown>> | null | undefined)?.[field] };
  } catch {
    return undefined;
  }
}

function safeString(value: unknown): string {
  if (typeof value === 'string') return value;
  // A large graph would hold the process.
  if (!isSmall(value)) return typeof value;
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return typeof value;
  }
}
