import { clearTimeout, setTimeout } from '../../../os/real-timers.ts';
import type { SessionFacts } from '../../../core/ports.ts';
import { BidiCdp, type CdpEvent } from '../../../wire/bidi-cdp.ts';
import { BidiClient } from '../../../wire/bidi-client.ts';
import { ConsoleLog, type LogEntry } from './console-log.ts';
import { DocumentLog } from './document-log.ts';
import type { NetworkEvent } from './har-entry.ts';
import { RequestLog, type LogSecrets } from './request-log.ts';
import { withResolvers } from '../../../os/real-builtins.ts';

const EVENTS = [
  'log.entryAdded',
  'network.responseCompleted',
  'network.fetchError',
  // A few each site, and they say why a tab shows no page.
  'browsingContext.downloadWillBegin',
  'browsingContext.userPromptOpened',
];
const COMMAND_DEADLINE_MS = 10_000;
/** A site waits this long for its log. After that, the log starts later than the site. */
const START_WAIT_MS = 2_000;
/** The log ends after this many lines and requests in one attempt: a flood would slow down the process's other sites. */
const MAX_EVENTS = 10_000;

/**
 * Logs what a site's pages write to their consoles and request from the network, over a BiDi connection of its own. A
 * session without BiDi has no log. A failure of the log is never a failure of the attempt.
 */
export class SessionLog {
  readonly console: ConsoleLog;
  readonly requests: RequestLog;
  readonly documents = new DocumentLog();
  readonly #session: SessionFacts;
  readonly #signal: AbortSignal;
  #client: BidiClient | undefined;
  #cdp: BidiCdp | undefined;
  #unsubscribe: (() => Promise<void>) | undefined;
  #eventCount = 0;
  #over = false;

  /** @param signal ends the log at once */
  constructor(session: SessionFacts, signal: AbortSignal, secrets: LogSecrets) {
    this.#session = session;
    this.#signal = signal;
    this.console = new ConsoleLog(secrets.clean);
    this.requests = new RequestLog(secrets);
  }

  /** Starts the log. Waits until it has started, for at most 2 s. Never rejects. */
  async start(): Promise<void> {
    const { promise, resolve } = withResolvers<void>();
    const timer = setTimeout(resolve, START_WAIT_MS);
    await Promise.race([this.#listen().catch(() => this.#drop()), promise]);
    clearTimeout(timer);
  }

  /** The connection, for other commands to the session; undefined without BiDi, or if it does not reply. */
  get cdp(): BidiCdp | undefined {
    return this.#unsubscribe === undefined ? undefined : this.#cdp;
  }

  /** Waits until everything that happened before now is logged. Never rejects. */
  async settled(): Promise<void> {
    // The reply comes after all earlier events, because it takes their way. One to `session.status` would overtake them.
    await this.cdp?.bidi('browsingContext.getTree', { maxDepth: 0 }).catch(() => this.#drop());
  }

  /** Ends the log, without waiting for that. Never throws. */
  close(): void {
    this.#over = true;
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = undefined;
    // The session goes on to other sites. Without this it would send their events too.
    if (unsubscribe === undefined || this.#signal.aborted) this.#client?.close();
    else
      void unsubscribe()
        .catch(() => {})
        .then(() => this.#client?.close());
  }

  async #listen(): Promise<void> {
    const { webSocketUrl } = this.#session;
    if (webSocketUrl === undefined) return;
    const limits = { deadlineMs: COMMAND_DEADLINE_MS, signal: this.#signal };
    this.#client = await BidiClient.connect(webSocketUrl, limits);
    if (this.#over) return this.#client.close();
    this.#cdp = new BidiCdp(this.#client, limits);
    this.#unsubscribe = await this.#cdp.subscribe(EVENTS, (event) => this.#onEvent(event));
    if (this.#over) this.close();
  }

  /** Gives up the connection, because it did not reply. */
  #drop(): void {
    this.#unsubscribe = undefined;
    this.#client?.close();
  }

  #onEvent({ method, params }: CdpEvent): void {
    if (this.#over || ++this.#eventCount > MAX_EVENTS) return;
    if (this.#eventCount === MAX_EVENTS) return this.#stopLogging();
    try {
      this.#add(method, params);
    } catch {
      // Another browser's events may have another form. That must not fail a check.
    }
  }

  #add(method: string, params: CdpEvent['params']): void {
    switch (method) {
      case 'log.entryAdded':
        return this.console.add(params as unknown as LogEntry);
      case 'browsingContext.downloadWillBegin':
        return this.documents.download(params);
      case 'browsingContext.userPromptOpened':
        return this.documents.dialog(params);
      default:
        this.documents.add(params as unknown as NetworkEvent);
        this.requests.add(params as unknown as NetworkEvent);
    }
  }

  #stopLogging(): void {
    this.console.end(`the log ends here, after ${MAX_EVENTS} lines and requests`);
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = async () => {};
    void unsubscribe?.().catch(() => {});
  }
}
