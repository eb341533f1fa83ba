import type { TabActions } from './tab-actions.ts';

export interface SiteTabOptions {
  readonly actions: TabActions;
  /** The window that the driver is in. */
  readonly window: () => Promise<string>;
  /** May a tab that opens now be the check's doing? It clicked, or opens windows itself. */
  readonly isCheckActing: () => boolean;
}

/** `browsingContext.contextCreated` of BiDi. */
interface Created {
  readonly context?: unknown;
  readonly parent?: unknown;
  readonly originalOpener?: unknown;
  readonly url?: unknown;
}

/** The site's tab when it was closed. */
export interface LostTab {
  readonly context: string;
  /** The page that it showed. */
  readonly url: string;
  /** Chrome put an empty tab in its place: it was discarded. */
  readonly isDiscarded: boolean;
}

/** A page that Chrome loads ahead begins here. So do some tabs. */
const UNLOADED = new Set<unknown>(['', 'about:blank']);

/**
 * Keeps the tab of the site the one that is shown. Extensions open tabs of their own, such as a welcome page after each
 * install. Such a tab would hide the site's page, and Chrome draws hidden pages no more.
 */
export class SiteTab {
  readonly #options: SiteTabOptions;
  /** The site's tab; undefined before the start. */
  #tab: string | undefined;
  /** Tabs that opened before the start. The list of the start may be too old to have them. */
  readonly #early = new Set<string>();
  #ownCount = 0;
  /** What may be a page that Chrome loads ahead in the site's tab. It takes the tab's place when it is shown. */
  readonly #ahead = new Set<string>();
  #lost: LostTab | undefined;

  constructor(options: SiteTabOptions) {
    this.#options = options;
  }

  /** Call at the start, with the tabs that are open. Closes all but the one of the driver. Throws a `WireError`. */
  async start(listed: readonly string[]): Promise<void> {
    const [only] = listed;
    if (new Set([...listed, ...this.#early]).size <= 1) {
      this.#tab = only;
      return;
    }
    const own = await this.#options.window();
    this.#tab = own;
    // More tabs may have opened meanwhile.
    const others = new Set([...listed, ...this.#early].filter((tab) => tab !== own));
    if (others.size === 0) return;
    await Promise.all([...others].map(async (tab) => await this.#options.actions.close(tab)));
    await this.#show();
  }

  /** The site's tab, if it is closed, whoever did that; undefined if it is open. */
  get lost(): LostTab | undefined {
    return this.#lost;
  }

  /** Opens a tab of gridrun's own and returns what `use` returns. Such a tab is left alone. */
  async whileOpening<T>(use: () => Promise<T>): Promise<T> {
    this.#ownCount += 1;
    try {
      return await use();
    } finally {
      this.#ownCount -= 1;
    }
  }

  /** Call for each new tab or frame. Closes a tab that nobody but the extension can have opened. Never throws. */
  onCreated({ context, parent, originalOpener, url }: Created): void {
    if (typeof context !== 'string' || typeof parent === 'string' || typeof originalOpener === 'string') return;
    if (this.#tab === undefined) {
      this.#early.add(context);
      return;
    }
    if (context === this.#tab || this.#ownCount > 0) return;
    if (this.#lost !== undefined) {
      // With no page left to show, closing the last tab would only end the session.
      if (url === this.#lost.url) this.#lost = { ...this.#lost, isDiscarded: true };
      return;
    }
    if (UNLOADED.has(url)) this.#ahead.add(context);
    if (this.#options.isCheckActing()) return;
    // The session is gone, or the tab is.
    this.#closeForeign(context, this.#tab).catch(() => {});
  }

  /** Call for each tab or frame that is gone. */
  onDestroyed({ context, url }: Created): void {
    if (typeof context !== 'string') return;
    this.#early.delete(context);
    this.#ahead.delete(context);
    if (context !== this.#tab) return;
    const next = [...this.#ahead].at(-1);
    if (next === undefined) this.#lost = { context, url: String(url), isDiscarded: false };
    else this.#tab = next;
  }

  /** Is the window of the site's tab minimized? Never rejects. */
  async isMinimized(): Promise<boolean> {
    // The check may have closed the tab, and some grids have no such command.
    return this.#tab !== undefined && (await this.#options.actions.isMinimized(this.#tab).catch(() => false));
  }

  async #closeForeign(context: string, siteTab: string): Promise<void> {
    const { actions } = this.#options;
    if (!(await actions.isBeside(context, siteTab))) return;
    this.#ahead.delete(context);
    await actions.close(context);
    await this.#show();
  }

  async #show(): Promise<void> {
    await this.#options.actions.show(this.#tab!);
  }
}
