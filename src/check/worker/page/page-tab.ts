import type { Limits } from '../../../wire/deadline.ts';
import type { DevToolsClient } from '../../../wire/devtools-client.ts';
import { PAGE_SCRIPT, type ShownPage } from './page-script.ts';

/** Scripts of ours run in a world of their own, which the page's scripts cannot reach. */
const WORLD = 'gridrun';

/** What Chrome keeps of answers. Only one document is asked for, and soon. */
const BUFFERS = { maxTotalBufferSize: 8 * 1024 * 1024, maxResourceBufferSize: 4 * 1024 * 1024 };

/** ChromeDriver runs its BiDi program in a tab. Full Chrome calls that no page; the headless shell does. */
function isOfDriver({ url, title }: { readonly url: string; readonly title: string }): boolean {
  return url === 'about:blank' && title === 'BiDi-CDP Mapper';
}

/** The tab that a session shows, over DevTools: no command of it waits for one of the driver. */
export class PageTab {
  /** It is the window's handle too. */
  readonly targetId: string;
  readonly #client: DevToolsClient;
  readonly #tab: string;

  private constructor(client: DevToolsClient, tab: string, targetId: string) {
    this.#client = client;
    this.#tab = tab;
    this.targetId = targetId;
  }

  /**
   * Attaches to the window that the driver is in; without `handle`, to the only one. Undefined if there is no such
   * window, or more than one. Throws a `WireError`; the browser itself did not answer then.
   */
  static async attach(
    client: DevToolsClient,
    handle: string | undefined,
    limits: Limits,
  ): Promise<PageTab | undefined> {
    const { targetInfos } = (await client.send('Target.getTargets', {}, limits)) as {
      targetInfos: { targetId: string; type: string; url: string; title: string }[];
    };
    const pages = targetInfos.filter((target) => target.type === 'page' && !isOfDriver(target));
    const page = handle === undefined && pages.length === 1 ? pages[0] : pages.find((one) => one.targetId === handle);
    if (page === undefined) return undefined;
    const { sessionId } = await client.send(
      'Target.attachToTarget',
      { targetId: page.targetId, flatten: true },
      limits,
    );
    return new PageTab(client, String(sessionId), page.targetId);
  }

  /** Looks at the page. Throws a `WireError` with the code `deadline` if a script of the page holds it. */
  async look(limits: Limits): Promise<ShownPage> {
    const { frame, contextId } = await this.#world(limits);
    const expression = `(() => {${PAGE_SCRIPT}\n})()`;
    const evaluate = { expression, contextId, returnByValue: true };
    const { result } = (await this.#send('Runtime.evaluate', evaluate, limits)) as { result: { value: ShownPage } };
    return { ...result.value, url: frame.unreachableUrl ?? frame.url };
  }

  /** A PNG of what the tab shows. */
  async picture(limits: Limits): Promise<Buffer> {
    return Buffer.from(
      String((await this.#send('Page.captureScreenshot', { format: 'png' }, limits))['data']),
      'base64',
    );
  }

  /** The page's current source. */
  async source(limits: Limits): Promise<string> {
    const { contextId } = await this.#world(limits);
    const expression =
      '((type) => (type === null ? "" : new XMLSerializer().serializeToString(type) + "\\n"))(document.doctype) + (document.documentElement?.outerHTML ?? "")';
    const evaluate = { expression, contextId, returnByValue: true };
    const { result } = (await this.#send('Runtime.evaluate', evaluate, limits)) as { result: { value?: string } };
    return (result.value ?? '').toWellFormed();
  }

  /** The page with its pictures and styles, as MHTML. */
  async mhtml(limits: Limits): Promise<string> {
    return String((await this.#send('Page.captureSnapshot', { format: 'mhtml' }, limits))['data']);
  }

  /** Loads an address and returns whether it is a download. The file is not kept. */
  async isDownload(url: string, limits: Limits): Promise<boolean> {
    return (await this.#send('Page.navigate', { url }, limits))['isDownload'] === true;
  }

  /** The browser's reasons for what did not load in this page, as its console has them. */
  async netErrors(limits: Limits): Promise<readonly { readonly url: string; readonly error: string }[]> {
    const found: { url: string; error: string }[] = [];
    this.#client.onEvent(({ method, params, tab }) => {
      const { url, text } = (params['entry'] ?? {}) as { url?: string; text?: string };
      const error = /\bnet::(ERR_[A-Z0-9_]+)/.exec(text ?? '')?.[1];
      if (method === 'Log.entryAdded' && tab === this.#tab && error !== undefined)
        found.push({ url: url ?? '', error });
    });
    // Chrome sends what it has first, then its reply.
    await this.#send('Log.enable', {}, limits);
    await this.#send('Log.disable', {}, limits);
    return found;
  }

  /** Calls `listener` for all events of the tab's network from now on. */
  async listenToNetwork(listener: (method: string, params: object) => void, limits: Limits): Promise<void> {
    this.#client.onEvent(({ method, params, tab }) => {
      if (tab === this.#tab && method.startsWith('Network.')) listener(method, params);
    });
    await this.#send('Network.enable', BUFFERS, limits);
  }

  async ignoreNetwork(limits: Limits): Promise<void> {
    await this.#send('Network.disable', {}, limits);
  }

  /** The body that the server sent for a request, as text. */
  async bodyOf(requestId: string, limits: Limits): Promise<string> {
    const { body, base64Encoded } = await this.#send('Network.getResponseBody', { requestId }, limits);
    return base64Encoded === true ? Buffer.from(String(body), 'base64').toString() : String(body);
  }

  async #world(limits: Limits): Promise<{
    readonly frame: { readonly url: string; readonly unreachableUrl?: string };
    readonly contextId: unknown;
  }> {
    const { frameTree } = (await this.#send('Page.getFrameTree', {}, limits)) as {
      frameTree: { frame: { id: string; url: string; unreachableUrl?: string } };
    };
    const { frame } = frameTree;
    const { executionContextId } = await this.#send(
      'Page.createIsolatedWorld',
      { frameId: frame.id, worldName: WORLD },
      limits,
    );
    return { frame, contextId: executionContextId };
  }

  async #send(method: string, params: object, limits: Limits): Promise<Readonly<Record<string, unknown>>> {
    return await this.#client.send(method, params, limits, this.#tab);
  }
}
