/** Taken before a check can replace them. */
const { isArray } = Array;
const { create, defineProperty, keys } = Object;

/**
 * A message as it is to reach the pool. JSON calls `toJSON` of whatever has it, also if a check has put it on
 * `Object.prototype`, so in such a process the message becomes objects that inherit nothing.
 */
export function wholeMessage<T extends object>(message: T): T {
  return 'toJSON' in Array.prototype ? (copyOf(message) as T) : message;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const names = keys(value);
  const copy = isArray(value) ? [] : (create(null) as object);
  // A loop over an array uses an iterator, which a check may have replaced too.
  for (let index = 0; index < names.length; index++) {
    const name = names[index]!;
    const field = copyOf((value as Readonly<Record<string, unknown>>)[name]);
    defineProperty(copy, name, { value: field, enumerable: true });
  }
  if (isArray(copy)) defineProperty(copy, 'toJSON', { value: undefined });
  return copy;
}
