import { parse } from '../../../os/real-builtins.ts';

/** Where keys go: an element by its id, the element that has the focus, or one that only the page knows. */
export type KeyTarget = { readonly element: string } | 'focused' | 'unknown';

/** Keys that one command types into one place. */
export interface TypedKeys {
  readonly target: KeyTarget;
  readonly keys: string;
}

/** The key that marks an element in W3C WebDriver's JSON. */
export const ELEMENT_KEY = 'element-6066-11e4-a52e-4f735466cecf';

const BACKSPACE = '\uE003';
const SHIFT = '\uE008';
/** Tab, Return and Enter: what follows them may go to another element. */
const MOVES_FOCUS: ReadonlySet<string> = new Set(['\uE004', '\uE006', '\uE007']);

type Json = Readonly<Record<string, unknown>>;

/** The keys that `POST actions` types, place by place, in their order. */
export function keysOfActions(body: unknown): TypedKeys[] {
  const sources = itemsOf((body as Json | undefined)?.['actions']).map((source) => itemsOf(source['actions']));
  const typed: { target: KeyTarget; keys: string }[] = [{ target: 'focused', keys: '' }];
  let pointed: KeyTarget = 'unknown';
  const ticks = Math.max(0, ...sources.map(({ length }) => length));
  for (let tick = 0; tick < ticks; tick++) {
    for (const { type, value, origin } of sources.flatMap((actions) => actions.slice(tick, tick + 1))) {
      const element = (origin as Json | undefined)?.[ELEMENT_KEY];
      if (type === 'pointerMove') pointed = typeof element === 'string' ? { element } : 'unknown';
      else if (type === 'pointerDown') typed.push({ target: pointed, keys: '' });
      else if (type === 'keyDown' && typeof value === 'string') {
        typed.at(-1)!.keys += value;
        if (MOVES_FOCUS.has(value)) typed.push({ target: 'unknown', keys: '' });
      }
    }
  }
  return typed.filter(({ keys }) => textsOf(keys).length > 0);
}

/**
 * The keys that a message of BiDi or of DevTools types, as JSON, or a command of DevTools that goes through the driver. A
 * message of BiDi may be for another tab than the driver's.
 */
export function keysOfMessage(message: unknown): TypedKeys[] {
  const { method, cmd, params } = objectIn(message);
  if (method === 'input.performActions')
    return keysOfActions(params).flatMap(({ keys }) => [
      { target: 'unknown', keys },
      { target: 'focused', keys },
    ]);
  const text = (params as Json | undefined)?.['text'];
  const name = method ?? cmd;
  if (typeof text !== 'string' || text === '') return [];
  return name === 'Input.insertText' || name === 'Input.dispatchKeyEvent' ? [{ target: 'focused', keys: text }] : [];
}

function objectIn(message: unknown): Json {
  try {
    return ((typeof message === 'string' ? parse(message) : message) ?? {}) as Json;
  } catch {
    return {};
  }
}

/** The texts that keys write: what is between special keys, such as Tab and Enter. */
export function textsOf(keys: string): string[] {
  const texts = [''];
  for (const key of keys) {
    if (key === BACKSPACE) texts.push(withoutLast(texts.pop()!));
    else if (isSpecial(key)) texts.push('');
    else texts.push(texts.pop()! + key);
  }
  const written = texts.filter((text) => text !== '');
  return keys.includes(SHIFT) ? [...written, ...written.map((text) => text.toUpperCase())] : written;
}

function isSpecial(key: string): boolean {
  return (key >= '\uE000' && key <= '\uF8FF') || key === '\n' || key === '\r' || key === '\t';
}

function withoutLast(text: string): string {
  return Array.from(text).slice(0, -1).join('');
}

function itemsOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as unknown[]).map((item) => (item ?? {}) as Json) : [];
}
