import { ELEMENT_KEY } from './typed-keys.ts';

/** What a check passes to a script. */
export interface ScriptedTexts {
  readonly elements: readonly string[];
  readonly texts: readonly string[];
}

/** A deeper argument holds no value for a field. */
const MAX_DEPTH = 5;
/** The scripts of selenium-webdriver's own commands, such as `getAttribute`, change nothing. */
const OF_SELENIUM = /^\/\* \w+ \*\/return \(/;

/** A word that names a part of a page, such as an attribute, and not what is written into it. */
const WORD = /^[a-z]+(?:[-_:][a-z]+)*$/i;
/** Words that go to scripts which write values too: events, and attributes of fields. */
const HARMLESS: ReadonlySet<string> = new Set(
  'autocomplete blur change click disabled focus input keydown keypress keyup paste password readonly submit text type value'.split(
    ' ',
  ),
);

/**
 * The elements and the texts that `POST execute/sync` or `async` passes to its script. Undefined if there are not both: the
 * script can then put no text into a field that it was given. A word counts only if the script speaks of a value.
 */
export function scriptedTexts(data: unknown, minChars: number): ScriptedTexts | undefined {
  const { script, args } = (data ?? {}) as { script?: unknown; args?: unknown };
  if (!Array.isArray(args) || args.length === 0 || typeof script !== 'string' || OF_SELENIUM.test(script))
    return undefined;
  const found = { elements: [] as string[], texts: [] as string[] };
  collect(args, found, MAX_DEPTH);
  const isWritten = /value/i.test(script);
  const texts = found.texts.filter(
    (text) => text.length >= minChars && !HARMLESS.has(text) && (isWritten || !WORD.test(text)),
  );
  return texts.length === 0 || found.elements.length === 0 ? undefined : { elements: found.elements, texts };
}

function collect(value: unknown, found: { elements: string[]; texts: string[] }, depth: number): void {
  if (typeof value === 'string') return void found.texts.push(value);
  if (typeof value !== 'object' || value === null || depth === 0) return;
  const element = (value as Readonly<Record<string, unknown>>)[ELEMENT_KEY];
  if (typeof element === 'string') return void found.elements.push(element);
  for (const item of Object.values(value)) collect(item, found, depth - 1);
}
