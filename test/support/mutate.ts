/** What a hostile or a broken program may write where something else belongs. */
const POISON: readonly (() => unknown)[] = [
  ...[null, true, '', 0, -1, 0.5, 1e13, 2 ** 53, 1e308, -1e308, [], {}, [null], { title: {} }, [[[]]]].map(
    (value) => () => value,
  ),
  ...['../../../etc/passwd', '/etc/passwd', 'C:\\secret', 'a/../../b', 'a\u0000b', '\ud800', ']]>', '__proto__'].map(
    (value) => () => value,
  ),
  () => 'long '.repeat(20_000),
  () => '[[ATTACHMENT|/etc/passwd]]\n'.repeat(2),
  () => Array.from({ length: 20_000 }).reduce<unknown>((inner) => [inner], 0),
];

/** One change of a JSON value, somewhere inside of it. */
export function mutateValue(value: unknown, random: () => number): unknown {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  if (typeof value !== 'object' || value === null || random() < 0.1) return pick(POISON)();
  const keys = Object.keys(value);
  if (keys.length === 0) return pick(POISON)();
  const key = pick(keys);
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...value }) as Record<string, unknown>;
  const kind = random();
  if (kind < 0.1) Reflect.deleteProperty(copy, key);
  else if (kind < 0.15 && !Array.isArray(value))
    copy[pick(['toString', 'constructor', 'extra', 'length'])] = pick(POISON)();
  else copy[key] = mutateValue(copy[key], random);
  return copy;
}

/** A journal with one to three changes: of a value, of its lines, or of its bytes. */
export function mutateJournal(text: string, random: () => number): Buffer {
  let lines = text.trimEnd().split('\n');
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) {
    const at = Math.floor(random() * lines.length);
    const kind = random();
    if (kind < 0.75) lines[at] = jsonOf(mutateValue(parsed(lines[at] ?? ''), random));
    else if (kind < 0.8) lines.splice(at, 1);
    else if (kind < 0.85) lines.splice(at, 0, lines[Math.floor(random() * lines.length)] ?? '');
    else if (kind < 0.9) lines[at] = (lines[at] ?? '').slice(0, Math.floor(random() * 200));
    else if (kind < 0.95) lines = [...lines.slice(0, at), '', ...lines.slice(at)];
    else return flipped(Buffer.from(`${lines.join('\n')}\n`), random);
  }
  return Buffer.from(`${lines.join('\n')}\n`);
}

/** A results.json with one to three changes. */
export function mutateResults(text: string, random: () => number): Buffer {
  if (random() < 0.1) return flipped(Buffer.from(text), random);
  let value: unknown = JSON.parse(text);
  for (let changes = 1 + Math.floor(random() * 3); changes > 0; changes--) value = mutateValue(value, random);
  return Buffer.from(jsonOf(value));
}

function flipped(bytes: Buffer, random: () => number): Buffer {
  for (let count = 0; count < 5; count++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
  return bytes;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
}

/** As `JSON.stringify`, for values of any depth. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    return JSON.stringify(value, (_key, part: unknown) => (Array.isArray(part) && isDeep(part) ? 0 : part)).replace(
      /:0\b/,
      `:${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    );
  }
}

function isDeep(value: readonly unknown[]): boolean {
  let part: unknown = value;
  for (let level = 0; level < 1000; level++) {
    if (!Array.isArray(part)) return false;
    part = part[0];
  }
  return true;
}
