import { isSecretName } from '../../../text/secret-names.ts';
import { decoded, isTelling, withoutScheme } from '../../../text/telling-value.ts';
import type { Exchange, Traffic } from './traffic.ts';

/**
 * The values that the traffic itself shows to be secrets: cookies, headers and parameters with a secret name, and the
 * fields of bodies with such a name. A server may write any of them into its answers.
 */
export function secretsIn(traffic: Traffic): string[] {
  const found = new Set<string>();
  for (const exchange of traffic.exchanges) for (const value of valuesIn(traffic, exchange)) found.add(value);
  return [...found].filter(isTelling);
}

function* valuesIn(traffic: Traffic, exchange: Exchange): Iterable<string> {
  const { sent = {}, given = {} } = traffic.extraOf(exchange);
  for (const cookies of Object.values(sent)) for (const cookie of cookies.split(/;\s*/)) yield* valueAndText(cookie);
  for (const lines of Object.values(given)) for (const line of lines.split('\n')) yield* valueAndText(line);
  const headers = { ...exchange.requestHeaders, ...exchange.response?.headers };
  for (const [name, value] of Object.entries(headers)) if (isSecretName(name)) yield withoutScheme(value);
  yield* parametersOf(exchange.url);
  yield* parametersOf(headers['location'] ?? headers['Location'] ?? '');
  if (exchange.requestBody !== undefined) yield* fieldsOf(exchange.requestBody.toString());
}

/** The value of `name=value; attributes`, as it is and decoded. */
function* valueAndText(cookie: string): Iterable<string> {
  const [pair = ''] = cookie.split(';', 1);
  const value = pair.slice(pair.indexOf('=') + 1).trim();
  yield value;
  yield decoded(value);
}

function* parametersOf(url: string): Iterable<string> {
  if (!URL.canParse(url, 'http://-')) return;
  for (const [name, value] of new URL(url, 'http://-').searchParams) if (isSecretName(name)) yield value;
}

function* fieldsOf(body: string): Iterable<string> {
  if (/^\s*[[{]/.test(body)) {
    try {
      yield* fieldsIn(JSON.parse(body), '');
    } catch {
      // It is no JSON.
    }
    return;
  }
  for (const [name, value] of new URLSearchParams(body)) if (isSecretName(name)) yield value;
}

function* fieldsIn(value: unknown, name: string): Iterable<string> {
  if (typeof value === 'string') {
    if (isSecretName(name)) yield value;
  } else if (typeof value === 'object' && value !== null)
    for (const [key, field] of Object.entries(value)) yield* fieldsIn(field, Array.isArray(value) ? name : key);
}
