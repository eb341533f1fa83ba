import { startStub, type StubOptions } from '../stub/webdriver-stub.ts';
import { startSeleniumGrid } from '../support/selenium-grid.ts';
import { startWebDriverProxy } from '../support/webdriver-proxy.ts';
import type { GridUnderTest } from './scene.ts';

interface Status {
  readonly value: {
    readonly nodes: readonly {
      readonly externalUri?: string;
      readonly uri?: string;
      readonly slots: readonly { readonly session: { readonly sessionId: string } | null }[];
    }[];
  };
}

const ANSWER_MS = 20_000;

/** A Selenium Grid of two nodes behind a proxy. */
export async function realGrid(): Promise<GridUnderTest> {
  const grid = await startSeleniumGrid({ nodes: 2, sessionsPerNode: 2 });
  const proxy = await startWebDriverProxy(grid.url);
  const ask = (path: string, method = 'GET'): Promise<Response> =>
    fetch(`${grid.url}${path}`, { method, signal: AbortSignal.timeout(ANSWER_MS) });
  const status = async (): Promise<Status> => (await (await ask('/status')).json()) as Status;
  return {
    url: proxy.url,
    setHook: (hook) => void (proxy.hook = hook),
    async sessions() {
      const { value } = await status();
      return value.nodes.flatMap(({ slots }) => slots.flatMap(({ session }) => session?.sessionId ?? []));
    },
    endSession: async (id) => void (await ask(`/session/${id}`, 'DELETE').catch(() => {})),
    killHub: grid.killHub,
    restartHub: grid.restartHub,
    async signalNode(sessionId, signal) {
      const { value } = await status();
      const node = value.nodes.find(({ slots }) => slots.some(({ session }) => session?.sessionId === sessionId));
      const index = grid.nodeUrls.indexOf(node?.externalUri ?? node?.uri ?? '');
      if (index < 0) throw new Error(`no node has the session ${sessionId}`);
      if (signal === 'SIGKILL') await grid.killNode(index);
      else grid.signalNode(index, signal);
    },
    thaw: () => grid.nodeUrls.forEach((_, index) => grid.signalNode(index, 'SIGCONT')),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await grid.stop();
    },
  };
}

/** A grid without browsers, for faults that no real one can be made to have. */
export async function stubGrid(options: StubOptions = {}): Promise<GridUnderTest> {
  const stub = await startStub({ nodes: 2, sessionsPerNode: 4, ...options });
  const never = (): never => {
    throw new Error('the stub has no processes');
  };
  return {
    url: stub.url,
    setHook: never,
    sessions: async () => await Promise.resolve(stub.sessions().map(({ id }) => id)),
    endSession: async (id) => void (await Promise.resolve(stub.killSession(id))),
    killHub: stub.stop,
    restartHub: never,
    signalNode: never,
    thaw: never,
    [Symbol.asyncDispose]: stub.stop,
  };
}
