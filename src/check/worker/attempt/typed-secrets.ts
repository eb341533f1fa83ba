import type { DriverRequest, DriverResponse } from '../../../wire/execution-client.ts';
import { FieldLook, type Field } from './field-look.ts';
import { scriptedTexts, type ScriptedTexts } from './scripted-texts.ts';
import { keysOfActions, keysOfMessage, textsOf, type TypedKeys } from './typed-keys.ts';

/** A shorter text is no secret: it would be found everywhere. */
const MIN_CHARS = 4;
/** A page may write down each step of what is typed. A shorter beginning could be any word. */
const MIN_BEGINNING = 6;
const MAX_BEGINNINGS = 30;

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

/** Finds out what a check writes into password fields, before it is typed, so that no output ever shows it. */
export class TypedSecrets {
  readonly #options: TypedSecretsOptions;
  readonly #fields: FieldLook;

  constructor(options: TypedSecretsOptions) {
    this.#options = options;
    this.#fields = new FieldLook(options.send);
  }

  /**
   * Sends a command, with looks at the fields that it writes into. Returns the reply of the look instead if an open dialog
   * kept the look from its answer: the dialog may be closed by now, and the check must learn of it. Rejects as the
   * driver's `send`.
   */
  async send(request: DriverRequest): Promise<DriverResponse> {
    const { method, path, data } = request;
    const { send } = this.#options;
    if (method !== 'POST') return await send(request);
    const [, , session = '', what, element, value] = path.split('/');
    if (what === 'execute') {
      const scripted = scriptedTexts(data, MIN_CHARS);
      const dialog = scripted === undefined ? undefined : await this.#lookForScript(session, scripted);
      return dialog ?? (await send(request));
    }
    const typed =
      what === 'actions'
        ? keysOfActions(data)
        : what === 'element' && value === 'value' && element !== undefined
          ? [{ target: { element }, keys: keysIn(data) }]
          : what === 'chromium' || what === 'goog'
            ? keysOfMessage(data)
            : [];
    return (await this.#look(session, typed)) ?? (await send(request));
  }

  /** Looks before a message over a socket of the driver is sent. Undefined if it types nothing. */
  beforeMessage(session: string, message: string): Promise<unknown> | undefined {
    // Most messages are of another kind, and some are long.
    if (!/"(?:Input\.|input\.)/.test(message)) return undefined;
    const typed = keysOfMessage(message);
    return typed.length === 0 ? undefined : this.#look(session, typed);
  }

  async #look(session: string, typed: readonly TypedKeys[]): Promise<DriverResponse | undefined> {
    const open = typed.filter(({ target, keys }) => textsOf(keys).length > 0 && !this.#fields.isOther(target));
    if (open.length === 0) return undefined;
    const elements = new Set(open.flatMap(({ target }) => (typeof target === 'object' ? [target.element] : [])));
    const { of, dialog } = await this.#fields.at(session, [...elements]);
    if (dialog !== undefined) return dialog;
    this.#found(open.flatMap(({ target, keys }) => secretsIn(keys, of(target))));
    return undefined;
  }

  /** What goes to a script together with a password field may be written into it. */
  async #lookForScript(session: string, { elements, texts }: ScriptedTexts): Promise<DriverResponse | undefined> {
    const open = elements.filter((element) => !this.#fields.isOther({ element }));
    if (open.length === 0) return undefined;
    const { of, dialog } = await this.#fields.at(session, open);
    if (dialog !== undefined) return dialog;
    if (open.some((element) => of({ element }).kind === 'password')) this.#found(texts);
    return undefined;
  }

  #found(secrets: readonly string[]): void {
    const long = secrets.filter((text) => text.length >= MIN_CHARS);
    if (long.length > 0) this.#options.onSecrets({ secrets: long, beginnings: long.flatMap(beginningsOf) });
  }
}

function keysIn(data: unknown): string {
  const { text, value } = (data ?? {}) as { text?: unknown; value?: unknown };
  return typeof text === 'string' ? text : Array.isArray(value) ? value.join('') : '';
}

/** The texts that may be in the field once the keys are typed. */
function secretsIn(keys: string, { kind, value, maxLength }: Field): string[] {
  if (kind !== 'password') return [];
  const texts = textsOf(keys);
  const whole = [...texts, value, value + texts.join(''), value + (texts[0] ?? '')];
  const kept = maxLength < 0 ? whole : whole.flatMap((text) => [text, text.slice(0, maxLength)]);
  return [...new Set(kept.flatMap((text) => [text, text.trim()]))];
}

/** The beginnings of a text that are at least half of it. */
function beginningsOf(text: string): string[] {
  const shortest = Math.max(MIN_BEGINNING, Math.ceil(text.length / 2));
  const count = Math.min(MAX_BEGINNINGS, Math.max(0, text.length - shortest));
  return Array.from({ length: count }, (_, index) => text.slice(0, text.length - 1 - index));
}
