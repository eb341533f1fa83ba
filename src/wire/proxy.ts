import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { Dispatcher, ProxyAgent } from 'undici';
import { withRealSockets } from './real-sockets.ts';
import { decoded } from '../text/telling-value.ts';
import { Agent, buildConnector, proxyAgent } from './undici-core.ts';

/** `within` sets a deadline for each request, so undici's own are off. Idle connections do not keep the process alive. */
const OPTIONS = { headersTimeout: 0, bodyTimeout: 0, pipelining: 1, connections: null } as const;

/** One pool of kept-alive connections per origin, shared by every client of this process. */
const CONNECTOR = buildConnector({});
const DIRECT = new Agent({
  ...OPTIONS,
  connect: (options, callback) => withRealSockets(() => CONNECTOR(options, callback)),
});
const PROXIES = new Map<string, ProxyAgent>();

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL, from `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`, in capitals or not, or undefined if there is none.
 * This machine's loopback never has one. Pure.
 */
export function proxyFor(url: URL, env: Env = process.env): URL | undefined {
  const isSecure = url.protocol === 'https:' || url.protocol === 'wss:';
  const ofHttp = env['http_proxy'] ?? env['HTTP_PROXY'];
  const given = (isSecure ? (env['https_proxy'] ?? env['HTTPS_PROXY']) : ofHttp)?.trim() ?? '';
  if (given === '' || isLoopback(url.hostname)) return undefined;
  const isExempt = (env['no_proxy'] ?? env['NO_PROXY'] ?? '')
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && isNamed(url, isSecure ? '443' : '80', entry.toLowerCase()));
  if (isExempt) return undefined;
  return URL.parse(given.includes('://') ? given : `http://${given}`) ?? undefined;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || /^127\.|^\[::1\]$/.test(host);
}

/** Whether an entry of `NO_PROXY` means a URL: `*`, a host, a domain with all below it, each with or without a port. */
function isNamed(url: URL, defaultPort: string, entry: string): boolean {
  if (entry === '*') return true;
  const [, domain = entry, port] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '')) ?? [];
  if (port !== undefined && port !== (url.port || defaultPort)) return false;
  return url.hostname === domain || url.hostname.endsWith(`.${domain}`);
}

const DISPATCHERS = new Map<string, Dispatcher>();

/** The connections for requests to an origin. They stay the same for the life of the process. */
export function dispatcherFor(origin: string): Dispatcher {
  const known = DISPATCHERS.get(origin);
  if (known !== undefined) return known;
  const dispatcher = newDispatcher(origin);
  DISPATCHERS.set(origin, dispatcher);
  return dispatcher;
}

function newDispatcher(origin: string): Dispatcher {
  const proxy = proxyFor(new URL(origin));
  if (proxy === undefined) return DIRECT;
  const known = PROXIES.get(proxy.href);
  if (known !== undefined) return known;
  const agent = proxyAgent({ ...OPTIONS, uri: proxy.href });
  PROXIES.set(proxy.href, agent);
  return agent;
}

/** Called with the connection, or with the error that kept it from being made. */
type OnCreate = (error: Error | null, socket: Duplex) => void;

/** How to connect a WebSocket through its proxy: a function for Node's `createConnection`. Undefined without a proxy. */
export function tunnelFor(url: URL): ((options: object, onCreate: OnCreate) => undefined) | undefined {
  const proxy = proxyFor(url);
  return proxy && ((_options, onCreate) => openTunnel(proxy, url, onCreate));
}

function openTunnel(proxy: URL, url: URL, onCreate: OnCreate): undefined {
  const isSecure = url.protocol === 'wss:';
  const target = `${url.hostname}:${url.port || (isSecure ? '443' : '80')}`;
  const login = `${decoded(proxy.username)}:${decoded(proxy.password)}`;
  const authorization = proxy.username === '' ? {} : { 'proxy-authorization': `Basic ${btoa(login)}` };
  // An import of node:http reads each of its names, and one of them loads all of fetch: 75 ms of CPU in each process.
  const { request: connect } = process.getBuiltinModule(proxy.protocol === 'https:' ? 'node:https' : 'node:http');
  const request = connect({
    hostname: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: proxy.port,
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...authorization },
  });
  const failed = onCreate as (error: Error) => void;
  request.once('connect', ({ statusCode }, socket) => {
    if (statusCode === 200) onCreate(null, isSecure ? connectTls({ socket, servername: url.hostname }) : socket);
    else {
      socket.destroy();
      failed(new Error(`the proxy ${proxy.origin} refused to connect to ${target}: HTTP ${statusCode}`));
    }
  });
  request.once('error', failed);
  request.end();
}
