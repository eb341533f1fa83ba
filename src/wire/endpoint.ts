import { refusal } from '../core/fault.ts';

/** A WebDriver server, taken apart: where it is, below which path, and with what it is asked. */
export interface Endpoint {
  /** `http://host:4444` */
  readonly origin: string;
  /** What comes before `/session`: `` or `/wd/hub`. */
  readonly prefix: string;
  /** The `authorization` header, where the URL has credentials: never printed. */
  readonly authorization?: string;
  /** For messages: the URL without its credentials. */
  readonly shown: string;
}

/**
 * Takes the URL of a WebDriver server apart.
 * Throws a refusal where it is no http or https URL; the message never holds its credentials.
 */
export function parseEndpoint(url: string): Endpoint {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw refusal(
      'grid.bad-url',
      `'${withoutCredentials(url)}' is not the URL of a WebDriver server: give one such as http://host:4444`,
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

/** Any text with the credentials of every URL in it left out. */
export function withoutCredentials(text: string): string {
  // No scheme is looked for: over a long word that would take quadratic time, and texts come from sites too.
  return text.replace(/(:\/\/)[^\s/?#]*@/g, '$1');
}

/** The `authorization` header of a URL's credentials. */
export function authorizationOf(url: URL): string | undefined {
  if (url.username === '' && url.password === '') return undefined;
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}`;
}

/**
 * A websocket address that a grid gave, as it is reached from here: a hub names itself as its nodes know it,
 * so origin and credentials are those of the URL that the user gave.
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
