import { fieldOf } from './as-error.ts';

const MAX_DEPTH = 5;
const MAX_REASONS = 12;
/** How many of an `AggregateError`'s errors are shown. */
const MAX_PARTS = 5;
const MAX_REASON_CHARS = 600;
const MAX_FIELDS = 10;

/** An error behind an error: its `cause`, or one of its `errors`. */
export interface ErrorReason {
  /** `cause`, or `error 1 of 3`. */
  readonly label: string;
  /** From 1. The reasons of a reason are one deeper, and follow it. */
  readonly depth: number;
  /** The name and the message, shortened. */
  readonly text: string;
  /** Empty if it has none. */
  readonly stack: string;
}

/**
 * The errors behind an error, over `cause` and `AggregateError.errors`, outermost first. Bounded in depth and number.
 * Leaves out what it has seen, so cycles end. Never throws: a getter that does counts as absent.
 */
export function reasonsOf(error: unknown): readonly ErrorReason[] {
  const found: ErrorReason[] = [];
  const seen = new Set<unknown>([error]);
  const visit = (outer: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) return;
    for (const [label, inner] of innerErrors(outer)) {
      if (found.length >= MAX_REASONS || (isObject(inner) && seen.has(inner))) continue;
      seen.add(inner);
      const stack = fieldOf(inner, 'stack');
      found.push({ label, depth, text: textOf(inner), stack: typeof stack === 'string' ? stack : '' });
      visit(inner, depth + 1);
    }
  };
  visit(error, 1);
  return found;
}

/** A message with a line for each reason that it does not name itself. */
export function withReasons(message: string, reasons: readonly ErrorReason[]): string {
  const lines = reasons.filter(({ text }) => !message.includes(withoutName(text))).map(reasonLine);
  return [message, ...lines].join('\n');
}

/** `  cause: connect ECONNREFUSED 127.0.0.1:1`, deeper reasons further in. */
export function reasonLine({ label, depth, text }: ErrorReason): string {
  const indent = '  '.repeat(depth);
  return `${indent}${label}: ${text.replaceAll('\n', `\n${indent}  `)}`;
}

function innerErrors(error: unknown): (readonly [label: string, inner: unknown])[] {
  const errors = fieldOf(error, 'errors');
  const parts = isList(errors) ? partsOf(errors) : [];
  const cause = fieldOf(error, 'cause');
  return cause === undefined || cause === null ? parts : [...parts, ['cause', cause]];
}

function partsOf(errors: readonly unknown[]): (readonly [label: string, inner: unknown])[] {
  const count = Number(fieldOf(errors, 'length') ?? 0);
  const shown = Math.min(count, MAX_PARTS);
  return Array.from({ length: shown }, (_, index) => [
    `error ${index + 1} of ${count}`,
    fieldOf(errors, String(index)),
  ]);
}

/** A revoked proxy is no list. */
function isList(value: unknown): value is readonly unknown[] {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

function textOf(value: unknown): string {
  const [name, message] = [fieldOf(value, 'name'), fieldOf(value, 'message')];
  const named = typeof name === 'string' && name !== 'Error' && name !== '' ? name : '';
  if (typeof message === 'string')
    return shortened([named, message].filter((part) => part !== '').join(': ') || 'Error');
  if (typeof value === 'string') return shortened(value);
  return shortened(isObject(value) ? shown(value) : String(value));
}

/** The object's own fields. Deeper ones would cost too much in a large graph. */
function shown(value: object): string {
  if (isList(value) || ArrayBuffer.isView(value)) return 'a list';
  try {
    const fields = Object.keys(value).slice(0, MAX_FIELDS);
    return `{ ${fields.map((name) => `${name}: ${shownField(fieldOf(value, name))}`).join(', ')} }`;
  } catch {
    return 'an object that cannot be shown';
  }
}

function shownField(value: unknown): string {
  return isObject(value) ? '…' : typeof value === 'string' ? JSON.stringify(shortened(value)) : String(value);
}

function withoutName(text: string): string {
  return text.replace(/^\w*Error: /, '');
}

function shortened(text: string): string {
  return text.length > MAX_REASON_CHARS ? `${text.slice(0, MAX_REASON_CHARS)}…` : text;
}

function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
