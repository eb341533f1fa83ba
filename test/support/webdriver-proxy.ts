import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { keyOf } from '../stub/stub-commands.ts';
import type { StubFault, StubRequest } from '../stub/webdriver-stub.ts';

/** A request as the proxy's hook sees it. `url` is the page that the session was last sent to. */
export type ProxiedRequest = Omit<StubRequest, 'commandCount'>;

/** As the stub's faults. `cut-answer`: the server's answer breaks off in its middle. `late`: it comes 5 s late. */
export type ProxyFault = Exclude<StubFault, 'kill-session'> | 'cut-answer' | 'late';

export type ProxyHook = (request: ProxiedRequest) => ProxyFault | undefined | Promise<ProxyFault | undefined>;

/** A proxy between gridrun and a real hub or driver, which changes answers. */
export interface WebDriverProxy extends AsyncDisposable {
  readonly url: string;
  /** Called with each request. Tests set it. */
  hook: ProxyHook;
}

const LATE_MS = 5_000;

/** Starts a proxy before a WebDriver server on this machine. */
export async function startWebDriverProxy(target: string): Promise<WebDriverProxy> {
  const urls = new Map<string, string>();
  const sockets = new Set<Socket>();
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, outgoing) => void serve(incoming, outgoing).catch(() => outgoing.destroy()));
  const proxy: WebDriverProxy = {
    url: '',
    hook: () => undefined,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await bytesOf(incoming);
    const fault = await proxy.hook(asRequest(incoming, body, urls));
    if (fault === 'hang') return;
    if (fault === 'reset') return void incoming.socket.resetAndDestroy();
    if (typeof fault === 'object' && fault.done !== true)
      return answer(outgoing, fault.status, textOf(fault), fault.headers);
    if (fault === 'late') await delay(LATE_MS);
    const { method = 'GET', url = '/', headers } = incoming;
    const onward = request({ hostname, port, method, path: url, headers }).on('error', () => outgoing.destroy());
    onward.end(body);
    const [reply] = (await once(onward, 'response')) as [IncomingMessage];
    const text = await bytesOf(reply);
    if (fault === 'no-answer') return;
    if (fault === 'lost-answer') return void incoming.socket.destroy();
    if (typeof fault === 'object') return answer(outgoing, fault.status, textOf(fault), fault.headers);
    const { 'transfer-encoding': _chunked, ...kept } = reply.headers;
    outgoing.writeHead(reply.statusCode ?? 502, { ...kept, 'content-length': text.length });
    if (fault !== 'cut-answer') return void outgoing.end(text);
    outgoing.write(text.subarray(0, text.length / 2), () => incoming.socket.destroy());
  }
  server.on('upgrade', (incoming, socket: Socket, head) => {
    const onward = connect(Number(port), hostname, () => {
      const lines = incoming.rawHeaders.flatMap((name, index, all) =>
        index % 2 === 0 ? [`${name}: ${all[index + 1]}`] : [],
      );
      onward.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
    });
    for (const each of [socket, onward]) sockets.add(each.on('close', () => sockets.delete(each)));
    socket
      .on('error', () => onward.destroy())
      .pipe(onward.on('error', () => socket.destroy()))
      .pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return Object.assign(proxy, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

function asRequest(
  { method = 'GET', url = '/' }: IncomingMessage,
  text: Buffer,
  urls: Map<string, string>,
): ProxiedRequest {
  const path = url.split('?')[0] ?? '/';
  const words = path.split('/').filter((word) => word !== '');
  const command =
    words[0] === 'session' && words.length > 2 ? keyOf(method, words.slice(2)) : `${method} ${words[0] ?? ''}`;
  const [, sessionId] = words;
  const body = text.length === 0 ? {} : (JSON.parse(text.toString()) as Record<string, unknown>);
  const before = urls.get(sessionId ?? '');
  if (command === 'POST url' && sessionId !== undefined) urls.set(sessionId, String(body['url']));
  return { method, path, command, sessionId, url: before, body };
}

function textOf({ text, body }: { readonly text?: string; readonly body?: unknown }): string {
  return text ?? JSON.stringify(body);
}

function answer(
  outgoing: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  outgoing.writeHead(status, { 'content-length': Buffer.byteLength(text), ...headers }).end(text);
}

async function bytesOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
