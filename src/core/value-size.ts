/** About the size at which mocha stops comparing two values, too. */
const MAX_CHARS = 8_192;
const MAX_VALUES = 2_000;
const MAX_DEPTH = 20;
const CHARS_OF_NUMBER = 8;

/**
 * Can the value be made into text at once? A part that several others share counts each time, as it would be written each
 * time: 30 objects that share their parts can make gigabytes. Stops at the limit, and never throws.
 */
export function isSmall(value: unknown): boolean {
  let chars = 0;
  let values = 0;
  const isWithin = (part: unknown, depth: number): boolean => {
    chars += typeof part === 'string' ? part.length : CHARS_OF_NUMBER;
    if (++values > MAX_VALUES || chars > MAX_CHARS) return false;
    if ((typeof part !== 'object' && typeof part !== 'function') || part === null) return true;
    if (depth > MAX_DEPTH || lengthOf(part) > MAX_VALUES) return false;
    const keys = keysOf(part);
    if (keys === undefined || keys.length > MAX_VALUES) return false;
    return (
      keys.every((key) => {
        chars += key.length;
        return isWithin(fieldOf(part, key), depth + 1);
      }) && itemsOf(part).every((item) => isWithin(item, depth + 1))
    );
  };
  return isWithin(value, 0);
}

/** Bytes and holes are no keys, but are written. */
function lengthOf(value: object): number {
  const sizes = ['length', 'byteLength', 'size'].map((name) => fieldOf(value, name));
  return Math.max(0, ...sizes.filter((size) => typeof size === 'number'));
}

function itemsOf(value: object): readonly unknown[] {
  try {
    return value instanceof Map || value instanceof Set ? [...value].flat() : [];
  } catch {
    return [];
  }
}

/** Undefined if its getter throws. */
function fieldOf(value: object, name: string): unknown {
  try {
    return (value as Readonly<Record<string, unknown>>)[name];
  } catch {
    return undefined;
  }
}

/** Undefined if they cannot be read. */
function keysOf(value: object): readonly string[] | undefined {
  try {
    return ArrayBuffer.isView(value) ? [] : Object.keys(value);
  } catch {
    return undefined;
  }
}
