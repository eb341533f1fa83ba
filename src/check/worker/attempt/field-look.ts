import type { DriverRequest, DriverResponse } from '../../../wire/execution-client.ts';
import { ELEMENT_KEY, type KeyTarget } from './typed-keys.ts';

/**
 * Returns what a field is: its type, its value and how long that may get. `fields[0]` is the element that has the focus.
 * An element that is no field may pass the keys on, to a field that only the page knows. Nobody can look into a closed
 * shadow tree or a frame of another origin, so a field in there is taken for a password field.
 */
const LOOK = `
const isPassword = (e) => e.localName === 'input' && e.type === 'password';
const HOSTS = /^(article|aside|blockquote|div|footer|h[1-6]|header|main|nav|p|section|span)$/;
const isClosed = (e) => !e.shadowRoot && !e.isContentEditable &&
  (e.localName.includes('-') || (HOSTS.test(e.localName) && !e.hasAttribute('tabindex')));
const isCustom = (e) => e.localName.includes('-') && !e.shadowRoot && customElements.get(e.localName) !== undefined;
const hasPassword = (root) => root.querySelector('input[type=password i]') !== null ||
  [...root.querySelectorAll('*')].some((e) => isCustom(e) || [e.shadowRoot, e.contentDocument].some((r) => r && hasPassword(r)));
let hasAnyPassword;
const unknown = () => [(hasAnyPassword ??= hasPassword(document)) ? 'password' : '', '', -1];
let focused = document.activeElement;
for (let inner = focused; inner; focused = inner ?? focused)
  inner = (focused.shadowRoot ?? focused.contentDocument ?? {}).activeElement;
const isHidden = (e) => e.localName === 'iframe' && !e.contentDocument;
return [focused, ...arguments].map((e) => e && (e.localName === 'input' || e.localName === 'textarea')
  ? [isPassword(e) ? 'password' : e.localName, String(e.value), Number(e.maxLength)]
  : e && (isClosed(e) || isHidden(e)) ? ['password', '', -1] : unknown()).concat([unknown()]);`;

/** What an element is that keys go to. */
export interface Field {
  readonly kind: 'password' | 'input' | 'textarea' | '';
  readonly value: string;
  /** -1 if there is no limit. */
  readonly maxLength: number;
}

/** Without an answer, it may be a password field. */
const UNKNOWN: Field = { kind: 'password', value: '', maxLength: -1 };

/** What a look found. */
export interface Looked {
  /** The field of a target. */
  readonly of: (target: KeyTarget) => Field;
  /** The reply of the look, if an open dialog kept it from its answer. */
  readonly dialog: DriverResponse | undefined;
}

/** Looks at the fields of a page, as the check's own driver would. */
export class FieldLook {
  readonly #send: (request: DriverRequest) => Promise<DriverResponse>;
  /** Fields that have been looked at, and can't be password fields. An `input` may become one at any time. */
  readonly #others = new Set<string>();

  constructor(send: (request: DriverRequest) => Promise<DriverResponse>) {
    this.#send = send;
  }

  /** Is the element known to be no password field? */
  isOther(target: KeyTarget): boolean {
    return typeof target === 'object' && this.#others.has(target.element);
  }

  /** Looks at the focused element and at these. Rejects as the driver's `send`. */
  async at(session: string, elements: readonly string[]): Promise<Looked> {
    const args = elements.map((element) => ({ [ELEMENT_KEY]: element }));
    const path = `/session/${session}/execute/sync`;
    const reply = await this.#send({ method: 'POST', path, data: { script: LOOK, args } });
    const answer = valueOf(reply.body);
    const fields = fieldsIn(answer);
    const of = (target: KeyTarget): Field =>
      fields.at(target === 'focused' ? 0 : target === 'unknown' ? -1 : elements.indexOf(target.element) + 1) ?? UNKNOWN;
    for (const element of elements) if (of({ element }).kind === 'textarea') this.#others.add(element);
    const { error } = (answer ?? {}) as { error?: unknown };
    return { of, dialog: error === 'unexpected alert open' ? reply : undefined };
  }
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
    if (kind !== 'password' && kind !== 'input' && kind !== 'textarea' && kind !== '') return UNKNOWN;
    return { kind, value: String(value), maxLength: typeof maxLength === 'number' ? maxLength : -1 };
  });
}
