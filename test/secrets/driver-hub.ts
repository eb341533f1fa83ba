import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, json } from 'node:stream/consumers';
import { findChrome } from '../../src/grid/find-chrome.ts';
import { startDriver } from '../../src/grid/driver-process.ts';

const START_MS = 20_000;

export interface DriverHub extends AsyncDisposable {
  /** With its user and password. */
  readonly url: string;
}

/**
 * A hub with a password before this machine's chromedriver. It offers `se:cdp`, as Selenium Grid does, so that gridrun
 * reaches DevTools with the password too.
 */
export async function startDriverHub(user: string, password: string): Promise<DriverHub> {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-hub-'));
  const { chromedriver } = await findChrome();
  const driver = await startDriver(chromedriver, folder, AbortSignal.timeout(START_MS));
  const sockets = new Set<Socket>();
  /** `host:port` of each session's browser. */
  const browsers = new Map<string, string>();
  const isAllowed = ({ headers }: IncomingMessage): boolean =>
    headers.authorization === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const { method, url = '/' } = incoming;
    if (!isAllowed(incoming)) return void outgoing.writeHead(401).end();
    const { authorization: _own, host: _host, ...headers } = incoming.headers;
    const onward = request(new URL(url, driver.endpoint), { method, headers });
    onward.on('error', () => outgoing.destroy()).end(await buffer(incoming));
    const [reply] = (await once(onward, 'response')) as [IncomingMessage];
    const body = await buffer(reply);
    const { 'transfer-encoding': _chunked, 'content-length': _length, ...kept } = reply.headers;
    const text = method === 'POST' && url === '/session' ? withDevTools(body, browsers, own()) : body;
    outgoing.writeHead(reply.statusCode ?? 502, { ...kept, 'content-length': text.length }).end(text);
  };
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing).catch(() => outgoing.destroy()));
  const own = (): string => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.on('upgrade', (incoming, socket: Socket, head) => {
    const each = (one: Socket): Socket => one.on('error', () => one.destroy()).on('close', () => sockets.delete(one));
    sockets.add(each(socket));
    const go = async (): Promise<void> => {
      if (!isAllowed(incoming)) return void socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n');
      const to = await targetOf(incoming.url ?? '/', browsers, driver.endpoint);
      const onward = connect(Number(to.port), to.hostname);
      sockets.add(each(onward));
      const lines = Object.entries({ ...incoming.headers, host: to.host, authorization: undefined }).flatMap(
        ([name, value]) => (value === undefined ? [] : [`${name}: ${String(value)}`]),
      );
      onward.write(`GET ${to.pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    };
    go().catch(() => socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://${user}:${password}@${own()}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await driver.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface NewSession {
  readonly value: {
    readonly sessionId?: string;
    readonly capabilities?: { readonly 'goog:chromeOptions'?: { readonly debuggerAddress?: string } };
  };
}

function withDevTools(body: Buffer, browsers: Map<string, string>, own: string): Buffer {
  const { value } = JSON.parse(body.toString()) as NewSession;
  const address = value.capabilities?.['goog:chromeOptions']?.debuggerAddress;
  if (value.sessionId === undefined || address === undefined) return body;
  browsers.set(value.sessionId, address);
  const capabilities = { ...value.capabilities, 'se:cdp': `ws://${own}/session/${value.sessionId}/se/cdp` };
  return Buffer.from(JSON.stringify({ value: { ...value, capabilities } }));
}

/** Where a socket leads: to the browser itself, or to the driver, for BiDi. */
async function targetOf(path: string, browsers: ReadonlyMap<string, string>, driver: string): Promise<URL> {
  const address = browsers.get(/^\/session\/([^/]+)\/se\/cdp$/.exec(path)?.[1] ?? '');
  if (address === undefined) return new URL(path, driver);
  const asked = request(`http://${address}/json/version`).end();
  const [reply] = (await once(asked, 'response')) as [IncomingMessage];
  return new URL(((await json(reply)) as { readonly webSocketDebuggerUrl: string }).webSocketDebuggerUrl);
}
