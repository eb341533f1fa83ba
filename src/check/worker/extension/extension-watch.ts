import { abortAfter } from '../../../os/real-timers.ts';
import type { ExtensionError } from '../../../core/attempt.ts';
import type { ExtensionFacts, SessionFacts } from '../../../core/ports.ts';
import { BidiCdp, type CdpEvent } from '../../../wire/bidi-cdp.ts';
import { BidiClient } from '../../../wire/bidi-client.ts';
import { WORKER_EVENTS, WorkerWatch, type WorkerVersion } from '../../../wire/worker-watch.ts';

const COMMAND_DEADLINE_MS = 30_000;
/** Keeps only the first errors of a script that throws in a loop. */
const MAX_ERRORS = 50;
const EVENTS = [
  'Runtime.exceptionThrown',
  'Target.attachedToTarget',
  'browsingContext.contextDestroyed',
  ...WORKER_EVENTS,
];

/** A line that the service worker wrote to its console. */
export interface ConsoleLine {
  /** `log`, `warning`, `error`, … as Chrome calls them. */
  readonly level: string;
  readonly text: string;
}

interface ExceptionDetails {
  readonly text: string;
  readonly url?: string;
  readonly exception?: { readonly description?: string; readonly value?: unknown };
  readonly stackTrace?: { readonly callFrames: readonly { readonly url: string }[] };
}

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
  #unsubscribe: () => Promise<void> = async () => {};

  private constructor(client: BidiClient, extension: ExtensionFacts, signal: AbortSignal) {
    this.#client = client;
    this.cdp = new BidiCdp(client, { deadlineMs: COMMAND_DEADLINE_MS, signal });
    this.origin = `chrome-extension://${extension.id}/`;
  }

  /** Starts a watch; undefined if the session has no extension or no BiDi. Throws a `WireError`. */
  static async start(session: SessionFacts, signal: AbortSignal): Promise<ExtensionWatch | undefined> {
    const { extension, webSocketUrl } = session;
    if (extension === undefined || webSocketUrl === undefined) return undefined;
    const client = await BidiClient.connect(webSocketUrl, { deadlineMs: COMMAND_DEADLINE_MS, signal });
    const watch = new ExtensionWatch(client, extension, signal);
    try {
      [watch.#unsubscribe] = await Promise.all([
        watch.cdp.subscribe(EVENTS, (event) => watch.#onEvent(event)),
        watch.#watchFromTab(),
      ]);
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
    for (const { params, session } of events) if (session === sessionId) lines.push(lineOf(params));
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
    const { context } = (await this.cdp.bidi('browsingContext.create', { type: 'tab', background: true })) as {
      context: string;
    };
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

  /** Waits until every error that was thrown before now has arrived. */
  async settled(): Promise<void> {
    // A reply comes after all earlier events.
    await this.cdp.bidi('session.status', {});
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
      case 'browsingContext.contextDestroyed':
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

function lineOf(params: CdpEvent['params']): ConsoleLine {
  const parts = params['args'] as { value?: unknown; description?: string; type: string }[];
  const text = parts.map(({ value, description, type }) =>
    value === undefined ? (description ?? type) : typeof value === 'string' ? value : JSON.stringify(value),
  );
  return { level: String(params['type']), text: text.join(' ') };
}
