import type { DriverRequest, DriverResponse } from '../../../wire/execution-client.ts';
import { ELEMENT_KEY, keysOfActions, textsOf, type KeyTarget, type TypedKeys } from './typed-keys.ts';

/** A shorter text is no secret: it would be found everywhere. */
const MIN_CHARS = 4;
/** A page may write down each step of what is typed. A shorter beginning could be any word. */
const MIN_BEGINNING = 6;
const MAX_BEGINNINGS = 30;

/**
 * Returns what a field is: its type, its value and how long that may get. `fields[0]` is the element that has the focus.
 * An element that is no field may pass the keys on, to a field that only the page knows.
 */
const LOOK = `
const isPassword = (e) => e.localName === 'input' && e.type === 'password';
const hasPassword = (root) => root.querySelector('input[type=password i]') !== null ||
  [...root.querySelectorAll('*')].some((e) => e.shadowRoot && hasPassword(e.shadowRoot));
let hasAnyPassword;
const unknown = () => [(hasAnyPassword ??= hasPassword(document)) ? 'password' : '', '', -1];
let focused = document.activeElement;
while (focused && focused.shadowRoot && focused.shadowRoot.activeElement) focused = focused.shadowRoot.activeElement;
return [focused, ...arguments].map((e) => e && (e.localName === 'input' || e.localName === 'textarea')
  ? [isPassword(e) ? 'password' : 'other', String(e.value), Number(e.maxLength)] : unknown()).concat([unknown()]);`;

interface Field {
  readonly kind: 'password' | 'other' | '';
  readonly value: string;
  /** -1 if there is no limit. */
  readonly maxLength: number;
}

/** What is typed into a password field, and the longer beginnings of it, which a page may write down step by step. */
export interface TypedTexts {
  readonly secrets: readonly string[];
  readonly beginnings: readonly string[];
}

export interface TypedSecretsOptions {
  /** Sends a command to the session, as the check's own driver would. */
  readonly send: (request: DriverRequest) => Promise<DriverResponse>;
  /** Takes what is about to be typed into a password field. */
  readonly onSecrets: (typed: TypedTexts) => void;
}

/** Finds out what a check types into password fields, before it is typed, so that no output ever shows it. */
export class TypedSecrets {
  readonly #options: TypedSecretsOptions;
  /** Fields that have been looked at, and are no password fields. */
  readonly #others = new Set<string>();

  constructor(options: TypedSecretsOptions) {
    this.#options = options;
  }

  /**
   * Looks at a command that is about to be sent. Returns the reply of the look instead if an open dialog kept the look
   * from its answer: the dialog may be closed by now, and the check must learn of it. Rejects as the driver's `send`.
   */
  async before({ method, path, data }: DriverRequest): Promise<DriverResponse | undefined> {
    if (method !== 'POST') return undefined;
    const [, , session, what, element, value] = path.split('/');
    const typed = what === 'actions' ? keysOfActions(data) : [];
    if (what === 'element' && value === 'value' && element !== undefined)
      typed.push({ target: { element }, keys: keysIn(data) });
    const open = typed.filter(({ target, keys }) => textsOf(keys).length > 0 && !this.#isOther(target));
    return open.length === 0 ? undefined : await this.#look(String(session), open);
  }

  #isOther(target: KeyTarget): boolean {
    return typeof target === 'object' && this.#others.has(target.element);
  }

  async #look(session: string, typed: readonly TypedKeys[]): Promise<DriverResponse | undefined> {
    const elements = [...new Set(typed.flatMap(({ target }) => (typeof target === 'object' ? [target.element] : [])))];
    const args = elements.map((element) => ({ [ELEMENT_KEY]: element }));
    const path = `/session/${session}/execute/sync`;
    const reply = await this.#options.send({ method: 'POST', path, data: { script: LOOK, args } });
    const answer = valueOf(reply.body);
    if ((answer as { error?: unknown } | null)?.error === 'unexpected alert open') return reply;
    const fields = fieldsIn(answer);
    const fieldOf = (target: KeyTarget): Field | undefined =>
      fields.at(target === 'focused' ? 0 : target === 'unknown' ? -1 : elements.indexOf(target.element) + 1);
    for (const element of elements) if (fieldOf({ element })?.kind === 'other') this.#others.add(element);
    // Without an answer, it may be a password field.
    const secrets = typed.flatMap(({ target, keys }) => secretsIn(keys, fieldOf(target) ?? UNKNOWN));
    if (secrets.length > 0) this.#options.onSecrets({ secrets, beginnings: secrets.flatMap(beginningsOf) });
    return undefined;
  }
}

const UNKNOWN: Field = { kind: 'password', value: '', maxLength: -1 };

function keysIn(data: unknown): string {
  const { text, value } = (data ?? {}) as { text?: unknown; value?: unknown };
  return typeof text === 'string' ? text : Array.isArray(value) ? value.join('') : '';
}

function valueOf(body: string): unknown {
  try {
    return (JSON.parse(body) as { value?: unknown }).value;
  } catch {
    return undefined;
  }
}

function fieldsIn(answer: unknown): Field[] {
  if (!Array.isArray(answer)) return [];
  return answer.map((item): Field => {
    const [kind, value, maxLength] = Array.isArray(item) ? (item as unknown[]) : [];
    if (kind !== 'password' && kind !== 'other' && kind !== '') return UNKNOWN;
    return { kind, value: String(value), maxLength: typeof maxLength === 'number' ? maxLength : -1 };
  });
}

/** The texts that may be in the field once the keys are typed. */
function secretsIn(keys: string, { kind, value, maxLength }: Field): string[] {
  if (kind !== 'password') return [];
  const texts = textsOf(keys);
  const whole = [...texts, value, value + texts.join(''), value + (texts[0] ?? '')];
  const kept = maxLength < 0 ? whole : whole.flatMap((text) => [text, text.slice(0, maxLength)]);
  const secrets = new Set(kept.flatMap((text) => [text, text.trim()]));
  return [...secrets].filter((text) => text.length >= MIN_CHARS);
}

/** The beginnings of a text that are at least half of it. */
function beginningsOf(text: string): string[] {
  const shortest = Math.max(MIN_BEGINNING, Math.ceil(text.length / 2));
  const count = Math.min(MAX_BEGINNINGS, Math.max(0, text.length - shortest));
  return Array.from({ length: count }, (_, index) => text.slice(0, text.length - 1 - index));
}
