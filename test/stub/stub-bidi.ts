import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { CLEARS_COOKIES, PNG } from './stub-commands.ts';
import type { StubGrid, StubSession } from './stub-grid.ts';
import type { StubOptions } from './webdriver-stub.ts';

/** The id follows from the path, which is always the same. */
const EXTENSION_ID = 'abcdefghijklmnopabcdefghijklmnop';

type Params = Readonly<Record<string, unknown>>;

/** Serves `/session/<id>/se/bidi` and `/session/<id>/se/cdp` of the stub's sessions: the few commands that isolation and extensions use. */
export function attachBidi(
  server: Server,
  grid: StubGrid,
  {
    bidiFrame = () => undefined,
    bidiEvents = () => [],
    extension,
  }: Pick<StubOptions, 'bidiFrame' | 'bidiEvents' | 'extension'>,
): { close(): void } {
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, socket, head) => {
    const [, id, protocol] = /^\/session\/([^/]+)\/(?:se\/)?(bidi|cdp)$/.exec(request.url ?? '') ?? [];
    const session = id === undefined ? undefined : grid.sessions.get(id);
    if (session === undefined) return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, (client) => {
      void session.whenEnded.then(() => client.close());
      client.on('message', (data: Buffer) => {
        const text = data.toString();
        if (protocol === 'cdp') return answerCdp(client, session, text);
        const { method, id } = JSON.parse(text) as { method: string; id: number };
        const odd = bidiFrame(method, id);
        if (method === 'session.status')
          for (const event of bidiEvents(session)) client.send(JSON.stringify({ type: 'event', ...event }));
        if (odd === undefined) answer(client, { session, grid, extension }, text);
        else client.send(odd);
      });
    });
  });
  return {
    close() {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

/** What an answer depends on. */
interface Asked {
  readonly session: StubSession;
  readonly grid: StubGrid;
  readonly extension: StubOptions['extension'];
}

function answer(client: WebSocket, { session, grid, extension }: Asked, text: string): void {
  const { id, method, params } = JSON.parse(text) as { id: number; method: string; params?: Params };
  if (method === 'goog:cdp.sendCommand' && params?.['method'] === 'Extensions.getExtensions') {
    const extensions = [...session.extensions].map((one) => ({ ...extension, id: one, enabled: true }));
    return client.send(JSON.stringify({ type: 'success', id, result: { result: { extensions } } }));
  }
  const command = COMMANDS[method];
  if (command === undefined) {
    return client.send(
      JSON.stringify({ type: 'error', id, error: 'unknown command', message: `Unknown command: ${method}` }),
    );
  }
  client.send(JSON.stringify({ type: 'success', id, result: command(session, params ?? {}) }));
  // The last window takes the session with it, as with chromedriver.
  if (session.windows.size === 0) grid.end(session);
}

/** The few DevTools commands with which selenium-webdriver connects; every other one succeeds. */
function answerCdp(client: WebSocket, session: StubSession, text: string): void {
  const { id, method } = JSON.parse(text) as { id: number; method: string };
  const results: Readonly<Record<string, object>> = {
    'Target.getTargets': { targetInfos: [{ targetId: session.currentWindow, type: 'page' }] },
    'Target.attachToTarget': { sessionId: session.currentWindow },
    'Page.captureScreenshot': { data: PNG },
  };
  client.send(JSON.stringify({ id, result: results[method] ?? {} }));
}

const newContext = (session: StubSession): Params => {
  const context = randomUUID().replaceAll('-', '').toUpperCase();
  session.windows.set(context, 'about:blank');
  return { context };
};

const COMMANDS: Readonly<Record<string, (session: StubSession, params: Params) => Params>> = {
  'session.status': () => ({ ready: true, message: '' }),
  'session.subscribe': () => ({ subscription: randomUUID() }),
  'session.unsubscribe': () => ({}),
  'browser.createUserContext': () => ({ userContext: randomUUID() }),
  'browser.removeUserContext': () => ({}),
  'browser.getUserContexts': () => ({ userContexts: [{ userContext: 'default' }] }),
  'browsingContext.create': newContext,
  'browsingContext.close': (session, params) => (session.windows.delete(String(params['context'])), {}),
  'browsingContext.activate': (session, params) => ((session.currentWindow = String(params['context'])), {}),
  'browsingContext.getTree': (session) => ({
    contexts: [...session.windows].map(([context, url]) => ({
      context,
      url,
      children: [],
      parent: null,
      userContext: 'default',
    })),
  }),
  'browsingContext.navigate': (session, params) => {
    session.windows.set(String(params['context']), String(params['url']));
    session.page += 1;
    return { navigation: randomUUID(), url: params['url'] };
  },
  'script.addPreloadScript': () => ({ script: randomUUID() }),
  'goog:cdp.getSession': () => ({ session: randomUUID() }),
  'goog:cdp.sendCommand': (session, params) => {
    if (CLEARS_COOKIES.has(String(params['method']))) session.cookies = [];
    return { result: {}, session: params['session'] };
  },
  'webExtension.install': (session) => (session.extensions.add(EXTENSION_ID), { extension: EXTENSION_ID }),
  'webExtension.uninstall': (session, params) => (session.extensions.delete(String(params['extension'])), {}),
};
