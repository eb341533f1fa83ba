import type { SessionFacts } from '../../../core/ports.ts';
import { BidiCdp, type CdpEvent } from '../../../wire/bidi-cdp.ts';
import { BidiClient } from '../../../wire/bidi-client.ts';
import { ConsoleLog, type LogEntry } from './console-log.ts';
import type { NetworkEvent } from './har-entry.ts';
import { RequestLog } from './request-log.ts';

const EVENTS = ['log.entryAdded', 'network.responseCompleted', 'network.fetchError'];
const COMMAND_DEADLINE_MS = 10_000;
/** A site does not wait longer than this for its log: it then begins later than its site. */
const START_WAIT_MS = 2_000;
/** Whoever writes more than this in one attempt is heard no longer: it would keep the process from its other sites. */
const MAX_EVENTS = 10_000;

/**
 * What a site's pages write to their consoles and ask of the network, while it is checked: a BiDi connection of its
 * own, without which a session simply has no log. No failure of it is ever a failure of the attempt.
 */
export class SessionLog {
  readonly console: ConsoleLog;
  readonly requests: RequestLog;
  readonly #session: SessionFacts;
  readonly #signal: AbortSignal;
  #client: BidiClient | undefined;
  #cdp: BidiCdp | undefined;
  #unsubscribe: (() => Promise<void>) | undefined;
  #eventCount = 0;
  #over = false;

  /**
   * @param signal ends it at once
   * @param clean takes out of a text what no output may show
   */
  constructor(session: SessionFacts, signal: AbortSignal, clean: (text: string) => string) {
    this.#session = session;
    this.#signal = signal;
    this.console = new ConsoleLog(clean);
    this.requests = new RequestLog(clean);
  }

  /** Starts to listen. Waits until it does, but not for long. Never rejects. */
  async start(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, START_WAIT_MS);
    await Promise.race([this.#listen().catch(() => this.#drop()), promise]);
    clearTimeout(timer);
  }

  /** The connection, for what else is asked of the session; none where it has none, or where it does not answer. */
  get cdp(): BidiCdp | undefined {
    return this.#unsubscribe === undefined ? undefined : this.#cdp;
  }

  /** Until what happened before now is heard. Never rejects. */
  async settled(): Promise<void> {
    // Answers come in the order of events.
    await this.cdp?.bidi('session.status', {}).catch(() => this.#drop());
  }

  /** Ends it; nobody needs to wait for that. Never throws. */
  close(): void {
    this.#over = true;
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = undefined;
    // The session goes on to other sites, and would tell this one's subscription of them.
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

  /** It has not answered: it is not asked again. */
  #drop(): void {
    this.#unsubscribe = undefined;
    this.#client?.close();
  }

  #onEvent({ method, params }: CdpEvent): void {
    if (this.#over || ++this.#eventCount > MAX_EVENTS) return;
    if (this.#eventCount === MAX_EVENTS) return this.#hearNoMore();
    try {
      if (method === 'log.entryAdded') this.console.add(params as unknown as LogEntry);
      else this.requests.add(params as unknown as NetworkEvent);
    } catch {
      // Another browser's event may have another form: it is no reason to fail a check.
    }
  }

  #hearNoMore(): void {
    this.console.end(`from here on nothing is written down: there were ${MAX_EVENTS} lines and requests`);
    const unsubscribe = this.#unsubscribe;
    this.#unsubscribe = async () => {};
    void unsubscribe?.().catch(() => {});
  }
}
