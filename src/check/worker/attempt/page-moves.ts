/** Commands that load a page. */
const LOADS_PAGE = new Set(['get', 'goBack', 'goForward', 'refresh']);
/** Commands that act on a page as a person would. What the page shows after them is their doing too. */
const ACTS_ON_PAGE = new Set(['clickElement', 'submitElement', 'sendKeysToElement', 'clearElement', 'actions']);

/** Commands by which a check can do anything to tabs, as over a socket. */
const DEVTOOLS = new Set(['sendDevToolsCommand', 'sendAndGetDevToolsCommand']);

/** Does this command only load a page? */
export function isNavigation(name: string): boolean {
  return LOADS_PAGE.has(name);
}

/** Follows the commands of an attempt: which window they are in, and whether its page is as a load left it. */
export class PageMoves {
  #window: string | undefined;
  /** The windows that the check closed; undefined for the one that it began in. */
  readonly #closed = new Set<string | undefined>();
  #hasActed = false;
  #opensWindows = false;
  #hidesWindow = false;
  #hasFreeHand = false;
  #isLoaded = false;
  #target: string | undefined;

  /** The window that the driver has switched to; undefined if it never did. */
  get window(): string | undefined {
    return this.#window;
  }

  /** Did the check itself close a window? */
  get hasClosed(): boolean {
    return this.#closed.size > 0;
  }

  /** May the check itself have closed this window? */
  mayHaveClosed(window: string): boolean {
    return this.#hasFreeHand || this.#closed.has(window) || this.#closed.has(undefined);
  }

  /** The page was loaded by a command, and no click or key came after it. */
  get isAsLoaded(): boolean {
    return !this.#hasActed;
  }

  /** May a tab that opens now be the check's doing? */
  get mayOpenTabs(): boolean {
    return this.#hasActed || this.#opensWindows;
  }

  /** May a window that is minimized be the check's doing? */
  get mayHideWindow(): boolean {
    return this.#hidesWindow;
  }

  /** The last load ended without an error. */
  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** The address that the last load asked for, if it named one. */
  get target(): string | undefined {
    return this.#target;
  }

  /** Call before a command is sent. `parameter` gives its parameters by name. */
  onCommand(name: string, parameter: (name: string) => unknown): void {
    if (ACTS_ON_PAGE.has(name)) this.#hasActed = true;
    if (DEVTOOLS.has(name)) this.onSocketCommand();
    if (name === 'close') this.#closed.add(this.#window);
    if (name === 'newWindow') this.#opensWindows = true;
    if (name === 'minimizeWindow') this.#hidesWindow = true;
    if (!isNavigation(name)) return;
    this.#hasActed = false;
    this.#isLoaded = false;
    const url = parameter('url');
    this.#target = typeof url === 'string' ? url : undefined;
  }

  /** Call before a command is sent over a socket of the driver: it may open and close tabs and hide windows too. */
  onSocketCommand(): void {
    this.#hasFreeHand = true;
    this.#opensWindows = true;
    this.#hidesWindow = true;
  }

  /** Call when a command has succeeded. */
  onSuccess(name: string, parameter: (name: string) => unknown): void {
    if (isNavigation(name)) this.#isLoaded = true;
    if (name !== 'switchToWindow') return;
    const handle = parameter('handle') ?? parameter('name');
    this.#window = typeof handle === 'string' ? handle : undefined;
  }
}
