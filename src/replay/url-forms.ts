import { withoutTokens } from '../text/secret-names.ts';

/** What stands for a secret: as many stars as it had bytes. */
const MASK = /\*{3,}/;

/** Parameters that only keep caches away. */
const CACHE_BUSTERS: ReadonlySet<string> = new Set(['_', 'cb', 't', 'ts', 'rnd']);
/** A time in seconds or longer: it differs in each load. */
const LONG_DIGITS = /\d{8,}/g;

/** A URL as recordings hold it: without its fragment, and without the values of secret parameters. */
export function recordedForm(url: string): string {
  const [address = ''] = url.split('#', 1);
  return withoutTokens(address);
}

/** A recorded URL without what differs in each load: known cache busters, and long runs of digits. */
export function steadyForm(form: string): string {
  const [path = '', ...rest] = form.split('?');
  const parameters = parametersOf(rest.join('?')).filter((parameter) => !CACHE_BUSTERS.has(nameOf(parameter)));
  return `${path}?${parameters.join('&')}`.replace(LONG_DIGITS, '0');
}

/** Host and path of a URL, without what differs in each load. */
export function placeOf(form: string): string {
  return form.split('?', 1)[0]!.replace(LONG_DIGITS, '0');
}

/** How many parameters two URLs share, less a little for each that only one has. */
export function likeness(a: string, b: string): number {
  const [left, right] = [queryOf(a), queryOf(b)];
  const shared = left.filter((parameter) => right.includes(parameter)).length;
  return shared - (left.length + right.length - 2 * shared) / 1_000;
}

/** Does a recorded URL stand for this one? What was masked in it stands for any text. */
export function standsFor(recorded: string, form: string): boolean {
  if (recorded === form) return true;
  if (!isMasked(recorded)) return false;
  return inOrder(recorded.split(MASK), form);
}

/** Does a secret part of it have stars? */
export function isMasked(form: string): boolean {
  return MASK.test(form);
}

/** Does the text begin with the first part, end with the last, and hold the others between them in their order? */
function inOrder(parts: readonly string[], text: string): boolean {
  const [first = '', last = ''] = [parts[0], parts.at(-1)];
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.endsWith(last) && text.length - last.length >= at;
}

function queryOf(form: string): string[] {
  return parametersOf(form.split('?').slice(1).join('?'));
}

function parametersOf(query: string): string[] {
  return query.split('&').filter((parameter) => parameter !== '');
}

function nameOf(parameter: string): string {
  return parameter.split('=', 1)[0]!;
}
