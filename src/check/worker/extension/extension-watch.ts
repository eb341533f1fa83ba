import type { ExtensionError } from '../../../core/attempt.ts';
import type { ExtensionFacts, SessionFacts } from '../../../core/ports.ts';
import { BidiCdp, type CdpEvent } from '../../../wire/bidi-cdp.ts';
import { BidiClient } from '../../../wire/bidi-client.ts';
import { WORKER_EVENTS, WorkerWatch, type WorkerVersion } from '../../../wire/worker-watch.ts';

const COMMAND_DEADLINE_MS = 30_000;
/** A script that throws in a loop is told of by its first errors. */
const MAX_ERRORS = 50;
const EVENTS = [
  'Runtime.exceptionThrown',
  'Target.attachedToTarget',
  'browsingContext.contextDestroyed',
  ...WORKER_EVENTS,
];

/** What the worker wrote to its console. */
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
 * Hears what the extension throws while a site is checked: one socket, opened only where there is an extension. It
 * does not attach a debugger to the worker, which would keep it from going idle.
 */
export class ExtensionWatch {
  readonly cdp: BidiCdp;
  readonly origin: string;
  readonly #client: BidiClient;
  readonly #workers = new WorkerWatch();
  /** Debugger sessions of workers: what is thrown there is heard of without them. */
  readonly #workerSessions = new Set<string>();
  readonly #pageErrors: ExtensionError[] = [];
  #tab: { readonly context: string; readonly session: string } | undefined;
  #unsubscribe: () => Promise<void> = async () => {};

  private constructor(client: BidiClient, extension: ExtensionFacts, signal: AbortSignal) {
    this.#client = client;
    this.cdp = new BidiCdp(client, { deadlineMs: COMMAND_DEADLINE_MS, signal });
    this.origin = `chrome-extension://${extension.id}/`;
  }

  /** Starts to listen. None where the session has no BiDi. Throws a `WireError`. */
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

  /** What was thrown so far. */
  get errors(): readonly ExtensionError[] {
    const ofWorker = this.#workers.errors(this.origin).map(({ message, url, line }): ExtensionError => {
      const text = message.replace(/^Uncaught (\(in promise\) )?/, '');
      return { message: text, stack: `${text}\n    at ${url}:${line}`, where: 'worker' };
    });
    return [...this.#pageErrors, ...ofWorker].slice(0, MAX_ERRORS);
  }

  /** The CDP session of a tab: of the one that is watched from. */
  get tab(): string {
    return this.#tab!.session;
  }

  get worker(): WorkerVersion | undefined {
    return this.#workers.newest(this.origin);
  }

  /** Waits until the worker has stopped; not for ever. */
  async untilStopped(versionId: string, signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(COMMAND_DEADLINE_MS)]);
    const isStopped = (): true | undefined =>
      this.#workers.version(versionId)?.runningStatus === 'stopped' ? true : undefined;
    return (await this.#workers.until(isStopped, limit)) ?? false;
  }

  /** What the running worker has written to its console since it started; Chrome keeps it for who asks later. */
  async workerConsole(): Promise<ConsoleLine[]> {
    const targetId = this.worker?.targetId;
    if (targetId === undefined) return [];
    const lines: ConsoleLine[] = [];
    const heard: CdpEvent[] = [];
    const unsubscribe = await this.cdp.subscribe(['Runtime.consoleAPICalled'], (event) => {
      if (event.method === 'Runtime.consoleAPICalled') heard.push(event);
    });
    const { sessionId } = (await this.cdp.send('Target.attachToTarget', { targetId, flatten: true }, this.tab)) as {
      sessionId: string;
    };
    await this.cdp.send('Runtime.enable', {}, sessionId);
    await this.cdp.send('Target.detachFromTarget', { sessionId }, this.tab);
    await unsubscribe();
    for (const { params, session } of heard) if (session === sessionId) lines.push(lineOf(params));
    return lines;
  }

  /** Sends a command that Chrome takes only from the extension's own worker or page. */
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

  /** The worker is idle, or there is none: a tab in the background opens what every extension has. */
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

  /** Until everything that was thrown before now is heard. */
  async settled(): Promise<void> {
    // Answers come in the order of events.
    await this.cdp.bidi('session.status', {});
  }

  /** Hears out what is on its way, and ends. Never throws. */
  async end(): Promise<void> {
    await this.#unsubscribe().catch(() => {});
    this.close();
  }

  close(): void {
    this.#client.close();
  }

  /** Chrome tells of workers to a tab; which one it is does not matter. */
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
        // With the session gone there is nothing left to watch.
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
