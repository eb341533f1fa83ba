import { refusal } from '../core/fault.ts';
import { decoded } from '../text/telling-value.ts';

/** The parts of the URL of a WebDriver server. */
export interface Endpoint {
  /** `http://host:4444` */
  readonly origin: string;
  /** The path before `/session`: empty, or such as `/wd/hub`. */
  readonly prefix: string;
  /** The `authorization` header, if the URL has credentials. Never printed. */
  readonly authorization?: string;
  /** For messages: the URL without its credentials. */
  readonly shown: string;
}

/**
 * Parses the URL of a WebDriver server. Throws a refusal if it is not an http or https URL; the message never holds its
 * credentials.
 */
export function parseEndpoint(url: string): Endpoint {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw refusal(
      'grid.bad-url',
      `'${withoutLogin(url)}' is not the URL of a WebDriver server; write it as http://host:4444`,
    );
  }
  const prefix = parsed.pathname.replace(/\/+$/, '');
  const authorization = authorizationOf(parsed);
  return {
    origin: parsed.origin,
    prefix,
    ...(authorization === undefined ? {} : { authorization }),
    shown: `${parsed.origin}${prefix}`,
  };
}

/** Removes the credentials of every URL in a text. */
export function withoutCredentials(text: string): string {
  // The scheme is not matched: in a long word that would take quadratic time, and texts come from sites too.
  return text.replace(/(:\/\/)[^\s/?#]*@/g, '$1');
}

/** A text that should be a URL, without what may be a name and password: those of a wrong URL may hold any character. */
export function withoutLogin(text: string): string {
  return text.includes(':') ? text.replace(/^("?)([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1$2***@') : text;
}

/** The `authorization` header for a URL's credentials, or undefined if it has none. */
export function authorizationOf(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const credentials = `${decoded(url.username)}:${decoded(url.password)}`;
  return `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
}

/**
 * Turns a websocket address that a grid gave into one that works from here. A hub gives the address by which its nodes
 * know it, so origin and credentials are replaced by those of the user's URL.
 */
export function reachableSocket(given: string, endpointUrl: string): string {
  const socket = new URL(given);
  const endpoint = new URL(endpointUrl);
  socket.protocol = endpoint.protocol === 'https:' ? 'wss:' : 'ws:';
  socket.hostname = endpoint.hostname;
  socket.port = endpoint.port;
  socket.username = endpoint.username;
  socket.password = endpoint.password;
  return socket.href;
}
