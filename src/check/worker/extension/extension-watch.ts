import { abortAfter, setTimeout } from '../../../os/real-timers.ts';
import type { ExtensionError } from '../../../core/attempt.ts';
import type { ExtensionFacts, SessionFacts } from '../../../core/ports.ts';
import { BidiCdp, type CdpEvent } from '../../../wire/bidi-cdp.ts';
import { BidiClient } from '../../../wire/bidi-client.ts';
import { WireError } from '../../../wire/wire-error.ts';
import { consoleLine, type ConsoleLine } from './console-line.ts';
import { SiteTab, type LostTab, type SiteTabOptions } from './site-tab.ts';
import { TabActions } from './tab-actions.ts';
import { WORKER_EVENTS, WorkerWatch, type WorkerVersion } from '../../../wire/worker-watch.ts';

const COMMAND_DEADLINE_MS = 30_000;
/** Keeps only the first errors of a script that throws in a loop. */
const MAX_ERRORS = 50;
const EVENTS = [
  'Runtime.exceptionThrown',
  'Target.attachedToTarget',
  'browsingContext.contextCreated',
  'browsingContext.contextDestroyed',
  ...WORKER_EVENTS,
];

interface ExceptionDetails {
  readonly text: string;
  readonly url?: string;
  readonly exception?: { readonly description?: string; readonly value?: unknown };
  readonly stackTrace?: { readonly callFrames: readonly { readonly url: string }[] };
}

/** How the watch knows the site's tab from those that the extension opens. */
export type TabOptions = Omit<SiteTabOptions, 'actions'>;

type SessionWithExtension = SessionFacts & { readonly extension: ExtensionFacts };

/** An extension that starts itself anew is away for a moment. */
const RELOAD_TRIES = 10;
const RELOAD_STEP_MS = 200;

/**
 * Collects what the extension throws while a site is checked, over a socket of its own. It attaches no debugger to the
 * service worker: that would keep the worker from going idle.
 */
export class ExtensionWatch {
  readonly cdp: BidiCdp;
  readonly origin: string;
  readonly #client: BidiClient;
  readonly #workers = new WorkerWatch();
  /** Debugger sessions of service workers. Their errors come in a second way, so they are ignored here. */
  readonly #workerSessions = new Set<string>();
  readonly #pageErrors: ExtensionError[] = [];
  #tab: { readonly context: string; readonly session: string } | undefined;
  /** Every tab when the watch last looked. */
  #tabs: readonly string[] = [];
  #unsubscribe: () => Promise<void> = async () => {};

  readonly #siteTab: SiteTab;
  readonly #id: string;

  private constructor(client: BidiClient, session: SessionWithExtension, signal: AbortSignal, tabs: TabOptions) {
    const { extension } = session;
    this.#client = client;
    this.#id = extension.id;
    this.cdp = new BidiCdp(client, { deadlineMs: COMMAND_DEADLINE_MS, signal });
    const actions = new TabActions(session, this.cdp, { deadlineMs: COMMAND_DEADLINE_MS, signal });
    this.#siteTab = new SiteTab({ actions, ...tabs });
    this.origin = `chrome-extension://${extension.id}/`;
  }

  /** Starts a watch; undefined if the session has no extension or no BiDi. Throws a `WireError`. */
  static async start(
    session: SessionFacts,
    signal: AbortSignal,
    tabs: TabOptions,
  ): Promise<ExtensionWatch | undefined> {
    const { extension, webSocketUrl } = session;
    if (extension === undefined || webSocketUrl === undefined) return undefined;
    const client = await BidiClient.connect(webSocketUrl, { deadlineMs: COMMAND_DEADLINE_MS, signal });
    const watch = new ExtensionWatch(client, { ...session, extension }, signal, tabs);
    try {
      [watch.#unsubscribe] = await Promise.all([
        watch.cdp.subscribe(EVENTS, (event) => watch.#onEvent(event)),
        watch.#watchFromTab(),
      ]);
      await watch.#siteTab.start(watch.#tabs);
      return watch;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /** The errors so far. */
  get errors(): readonly ExtensionError[] {
    const ofWorker = this.#workers.errors(this.origin).map(({ message, url, line }): ExtensionError => {
      const text = message.replace(/^Uncaught (\(in promise\) )?/, '');
      return { message: text, stack: `${text}\n    at ${url}:${line}`, where: 'worker' };
    });
    return [...this.#pageErrors, ...ofWorker].slice(0, MAX_ERRORS);
  }

  /** The CDP session of the tab that the watch uses. */
  get tab(): string {
    return this.#tab!.session;
  }

  get worker(): WorkerVersion | undefined {
    return this.#workers.newest(this.origin);
  }

  /** Waits up to 30 s until the service worker has stopped. Returns whether it has. */
  async untilStopped(versionId: string, signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.any([signal, abortAfter(COMMAND_DEADLINE_MS)]);
    const isStopped = (): true | undefined =>
      this.#workers.version(versionId)?.runningStatus === 'stopped' ? true : undefined;
    return (await this.#workers.until(isStopped, limit)) ?? false;
  }

  /** What the running service worker has written to its console since it started. Chrome keeps these lines. */
  async workerConsole(): Promise<ConsoleLine[]> {
    const targetId = this.worker?.targetId;
    if (targetId === undefined) return [];
    const lines: ConsoleLine[] = [];
    const events: CdpEvent[] = [];
    const unsubscribe = await this.cdp.subscribe(['Runtime.consoleAPICalled'], (event) => {
      if (event.method === 'Runtime.consoleAPICalled') events.push(event);
    });
    const { sessionId } = (await this.cdp.send('Target.attachToTarget', { targetId, flatten: true }, this.tab)) as {
      sessionId: string;
    };
    await this.cdp.send('Runtime.enable', {}, sessionId);
    await this.cdp.send('Target.detachFromTarget', { sessionId }, this.tab);
    await unsubscribe();
    for (const { params, session } of events) if (session === sessionId) lines.push(consoleLine(params));
    return lines;
  }

  /** Sends a command that Chrome accepts only from the extension's own service worker or page. */
  async sendAsExtension(method: string, params: object): Promise<unknown> {
    const targetId = this.worker?.targetId;
    if (targetId === undefined) return await this.#sendFromOwnTab(method, params);
    const { sessionId } = (await this.cdp.send('Target.attachToTarget', { targetId, flatten: true })) as {
      sessionId: string;
    };
    try {
      return await this.cdp.send(method, params, sessionId);
    } finally {
      await this.cdp.send('Target.detachFromTarget', { sessionId });
    }
  }

  /** Without a running service worker: opens the extension's manifest in a background tab and sends it from there. */
  async #sendFromOwnTab(method: string, params: object): Promise<unknown> {
    const open = async (): Promise<unknown> =>
      await this.cdp.bidi('browsingContext.create', { type: 'tab', background: true });
    const { context } = (await this.#siteTab.whileOpening(open)) as { context: string };
    try {
      await this.cdp.bidi('browsingContext.navigate', {
        context,
        url: `${this.origin}manifest.json`,
        wait: 'complete',
      });
      return await this.cdp.send(method, params, await this.cdp.sessionOf(context));
    } finally {
      await this.cdp.bidi('browsingContext.close', { context });
    }
  }

  /** The site's tab, if it is closed, whoever did that; undefined if it is open. */
  get lostTab(): LostTab | undefined {
    return this.#siteTab.lost;
  }

  /** Is the window of the site's tab minimized? Never rejects. */
  async isMinimized(): Promise<boolean> {
    return await this.#siteTab.isMinimized();
  }

  /** Is the extension still installed and enabled? It may remove or disable itself. Throws a `WireError`. */
  async isLoaded(): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      const known = (await this.cdp.send('Extensions.getExtensions', {}).catch((error: unknown) => {
        // Older versions of Chrome have no such list.
        if (error instanceof WireError && error.blames === 'check') return undefined;
        throw error;
      })) as { extensions: { id: string; enabled: boolean }[] } | undefined;
      if (known === undefined || known.extensions.some(({ id, enabled }) => id === this.#id && enabled)) return true;
      if (tries >= RELOAD_TRIES) return false;
      await new Promise((resolve) => setTimeout(resolve, RELOAD_STEP_MS));
    }
  }

  /** Waits until every error that was thrown before now has arrived. */
  async settled(): Promise<void> {
    // The reply comes after all earlier events, because it takes their way. One to `session.status` would overtake them.
    await this.cdp.bidi('browsingContext.getTree', { maxDepth: 0 });
  }

  /** Waits for the events on their way, then closes the connection. Never throws. */
  async end(): Promise<void> {
    await this.#unsubscribe().catch(() => {});
    this.close();
  }

  close(): void {
    this.#client.close();
  }

  /** Chrome sends service workers' events to tabs. Any tab will do. */
  async #watchFromTab(): Promise<void> {
    const { contexts } = (await this.cdp.bidi('browsingContext.getTree', { maxDepth: 0 })) as {
      contexts: { context: string }[];
    };
    this.#tabs = contexts.map(({ context }) => context);
    const [first] = contexts;
    if (first === undefined) return;
    const session = await this.cdp.sessionOf(first.context);
    this.#tab = { context: first.context, session };
    await this.cdp.send('ServiceWorker.enable', {}, session);
  }

  #onEvent(event: CdpEvent): void {
    switch (event.method) {
      case 'Runtime.exceptionThrown':
        if (!this.#workerSessions.has(event.session))
          this.#onException(event.params['exceptionDetails'] as ExceptionDetails);
        break;
      case 'Target.attachedToTarget':
        if ((event.params['targetInfo'] as { type: string }).type === 'service_worker')
          this.#workerSessions.add(String(event.params['sessionId']));
        break;
      case 'browsingContext.contextCreated':
        return this.#siteTab.onCreated(event.params);
      case 'browsingContext.contextDestroyed':
        this.#siteTab.onDestroyed(event.params);
        // This fails if the session is gone. Then there is nothing left to watch.
        if (event.params['context'] === this.#tab?.context) this.#watchFromTab().catch(() => {});
        break;
      default:
        this.#workers.onEvent(event);
    }
  }

  #onException(details: ExceptionDetails): void {
    const thrower = details.stackTrace?.callFrames[0]?.url ?? details.url ?? '';
    if (!thrower.startsWith(this.origin) || this.#pageErrors.length >= MAX_ERRORS) return;
    const stack = details.exception?.description ?? JSON.stringify(details.exception?.value ?? details.text);
    this.#pageErrors.push({ message: stack.split('\n', 1)[0]!, stack, where: 'page' });
  }
}
