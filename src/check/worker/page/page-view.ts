import type { SessionFacts } from '../../../core/ports.ts';
import { DEADLINE } from '../../../wire/classify.ts';
import type { Limits } from '../../../wire/deadline.ts';
import { DevToolsClient } from '../../../wire/devtools-client.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { WireError } from '../../../wire/wire-error.ts';
import type { ShownPage } from './page-script.ts';
import { PageTab } from './page-tab.ts';

/** Asking the driver for its window may take this long: a command that the page holds keeps it waiting. */
const WINDOW_MS = 1_000;

export interface PageViewOptions {
  readonly session: SessionFacts;
  readonly wire: WireClient;
  /** The window that the check's driver has switched to; undefined if it never did. */
  readonly window: () => string | undefined;
  readonly signal: AbortSignal;
}

/** What a session shows. */
export type Look =
  /** No DevTools connection can be made, or the browser does not answer. Nothing follows from it. */
  | { readonly kind: 'unreachable' }
  /** The browser answers, and has no such window. */
  | { readonly kind: 'closed' }
  /** The browser answers, and the page does not. */
  | { readonly kind: 'held'; readonly tab: PageTab }
  | { readonly kind: 'page'; readonly tab: PageTab; readonly shown: ShownPage };

/**
 * The page that a session shows, seen past its driver. It connects when it is first used, so that a site whose checks
 * pass costs nothing. One attempt owns it.
 */
export class PageView {
  readonly #options: PageViewOptions;
  #client: DevToolsClient | undefined;
  #isOver = false;

  constructor(options: PageViewOptions) {
    this.#options = options;
  }

  /** Looks at the page. Waits `heldMs` for its answer, and as long for each one of the browser. Never rejects. */
  async look(heldMs: number): Promise<Look> {
    const limits = { deadlineMs: heldMs, signal: this.#options.signal };
    const found = await this.tab(limits);
    if (!(found instanceof PageTab)) return { kind: found };
    try {
      return { kind: 'page', tab: found, shown: await found.look(limits) };
    } catch (error) {
      const isHeld = error instanceof WireError && error.wireCode === DEADLINE;
      return isHeld && (await this.#browserAnswers(limits)) ? { kind: 'held', tab: found } : { kind: 'unreachable' };
    }
  }

  /** The tab that the driver is in. `unreachable` if the browser offers no DevTools or does not answer. Never rejects. */
  async tab(limits: Limits): Promise<PageTab | 'closed' | 'unreachable'> {
    try {
      const client = await this.#connected(limits);
      if (client === undefined) return 'unreachable';
      const known = this.#options.window();
      const only = known === undefined ? await PageTab.attach(client, undefined, limits) : undefined;
      if (only !== undefined) return only;
      const handle = known ?? (await this.#askForWindow());
      if (handle === undefined) return 'unreachable';
      return (await PageTab.attach(client, handle, limits)) ?? 'closed';
    } catch {
      return 'unreachable';
    }
  }

  /** Closes the connection. Never throws. */
  close(): void {
    this.#isOver = true;
    this.#client?.close();
  }

  async #connected(limits: Limits): Promise<DevToolsClient | undefined> {
    if (this.#client === undefined) {
      const client = await DevToolsClient.connect(this.#options.session, limits);
      if (this.#isOver) client?.close();
      this.#client = client;
    }
    return this.#client;
  }

  async #browserAnswers(limits: Limits): Promise<boolean> {
    const answer = this.#client?.send('Browser.getVersion', {}, limits);
    return (
      (await answer?.then(
        () => true,
        () => false,
      )) === true
    );
  }

  /** The window of the driver. A driver that does not answer has none for us. */
  async #askForWindow(): Promise<string | undefined> {
    const { wire, session, signal } = this.#options;
    const limits = { deadlineMs: WINDOW_MS, signal };
    return await wire
      .send('GET', `/session/${session.sessionId}/window`, undefined, limits)
      .then(String, (error: unknown) =>
        error instanceof WireError && error.wireCode === 'no such window' ? NO_WINDOW : undefined,
      );
  }
}

/** A handle that no window has. */
const NO_WINDOW = '-';
