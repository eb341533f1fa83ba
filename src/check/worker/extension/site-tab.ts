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
}

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
  onCreated({ context, parent, originalOpener }: Created): void {
    if (typeof context !== 'string' || typeof parent === 'string' || typeof originalOpener === 'string') return;
    if (this.#tab === undefined) {
      this.#early.add(context);
      return;
    }
    if (context === this.#tab || this.#ownCount > 0) return;
    if (this.#options.isCheckActing()) return;
    void this.#options.actions
      .close(context)
      .then(async () => await this.#show())
      // The session is gone, or the tab is.
      .catch(() => {});
  }

  /** Is the window of the site's tab minimized? Never rejects. */
  async isMinimized(): Promise<boolean> {
    // The check may have closed the tab, and some grids have no such command.
    return this.#tab !== undefined && (await this.#options.actions.isMinimized(this.#tab).catch(() => false));
  }

  async #show(): Promise<void> {
    await this.#options.actions.show(this.#tab!);
  }
}
