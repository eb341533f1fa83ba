import type { CheckResult, ExtensionError } from '../../../core/attempt.ts';
import { makeFault, type Fault } from '../../../core/fault.ts';
import type { SessionFacts } from '../../../core/ports.ts';
import type { WebDriver } from 'selenium-webdriver';
import { ExtensionInCheck } from './extension-in-check.ts';
import { ExtensionWatch } from './extension-watch.ts';
import type { LostTab } from './site-tab.ts';
import { LastTexts } from '../evidence/last-texts.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { WireError } from '../../../wire/wire-error.ts';
import { visibleText } from '../../../text/visible-text.ts';

const WINDOW_MS = 1_000;
/** What a driver answers if the tab that it is in is gone, and if that was the last one. */
const NO_WINDOW = new Set(['no such window', 'invalid session id']);
const LOG_BOUNDS = { maxCount: 1_000, maxChars: 256 * 1024 };

export interface ExtensionUseOptions {
  readonly session: SessionFacts;
  readonly driver: WebDriver;
  readonly signal: AbortSignal;
  readonly failOnErrors: boolean;
  /** May a tab that opens now be the check's doing? */
  readonly isCheckActing: () => boolean;
  /** May a window that is minimized be the check's doing? */
  readonly mayHideWindow: () => boolean;
  /** May it be the check that closed this window? */
  readonly mayHaveClosed: (window: string) => boolean;
  readonly wire: WireClient;
}

/** The extension's part in one attempt: `extension` for its checks, its log, and its errors. */
export class ExtensionUse {
  /** What `extension` of gridrun/check is. */
  readonly inCheck: ExtensionInCheck;
  readonly #options: ExtensionUseOptions;
  #watch: ExtensionWatch | undefined;
  #over = false;

  constructor(options: ExtensionUseOptions) {
    this.#options = options;
    const { session, driver, signal } = options;
    this.inCheck = new ExtensionInCheck({ facts: session.extension, driver, signal, watch: () => this.#watch });
  }

  /** The extension's errors so far. */
  get errors(): readonly ExtensionError[] {
    return this.#watch?.errors ?? [];
  }

  /** Call before the first check. Throws a `WireError` if the session does not reply. */
  async start(): Promise<void> {
    const { session, driver, signal, isCheckActing } = this.#options;
    const window = async (): Promise<string> => await driver.getWindowHandle();
    this.#watch = await ExtensionWatch.start(session, signal, { window, isCheckActing });
    // The attempt may have been stopped meanwhile.
    if (this.#over) this.#watch?.close();
  }

  /** The console of its service worker and its errors, as text; empty if there are none. May reject. */
  async log(): Promise<string> {
    if (this.#watch === undefined) return '';
    const lines = (await this.inCheck.console()).map(({ level, text }) => `${level.padEnd(7)} ${text}`);
    const errors = (await this.inCheck.errors()).map(
      ({ where, stack, message }) => `thrown in its ${where}: ${stack === '' ? message : stack}`,
    );
    const all = new LastTexts(LOG_BOUNDS);
    for (const line of [...lines, ...errors]) all.add(`${visibleText(line)}\n`);
    return all.list().join('');
  }

  /**
   * The fault of an extension that is not in the session any more, or that has minimized the window of the site; undefined
   * if it is there and the page is shown. Never rejects.
   */
  async lossOf(): Promise<Fault | undefined> {
    const { extension, sessionId } = this.#options.session;
    const watch = this.#watch;
    if (watch === undefined || extension === undefined) return undefined;
    // If the session does not answer, it is no matter of the extension.
    const [isLoaded, isMinimized] = await Promise.all([watch.isLoaded().catch(() => true), watch.isMinimized()]);
    if (!isLoaded)
      return makeFault(
        'extension.not-loaded',
        `${extension.name} is no longer loaded in session ${sessionId}: it disabled or removed itself, or Chrome did`,
        {
          hint: 'gridrun judges no site without the extension: find out what calls chrome.runtime.reload() or chrome.management',
        },
      );
    if (!isMinimized || this.#options.mayHideWindow()) return undefined;
    return makeFault('extension.hid-page', `the window of the site is minimized, and no check did that`, {
      hint: `Chrome draws nothing in it: find out what calls chrome.windows.update() in ${extension.name}`,
    });
  }

  /** Is the site's tab gone, though no check closed it? The session is of no more use then. */
  get hasLostTab(): boolean {
    return this.#lostTab !== undefined;
  }

  /** The site's tab, if it is gone and the check cannot have closed it. */
  get #lostTab(): LostTab | undefined {
    const lost = this.#watch?.lostTab;
    return lost === undefined || this.#options.mayHaveClosed(lost.context) ? undefined : lost;
  }

  /**
   * The fault of an extension that closed or discarded the site's tab; undefined if nothing did, or the check may have. Call
   * after a failure; `missesWindow` if the failure itself says that a window is gone. Never rejects.
   */
  async takenTab(missesWindow: boolean): Promise<Fault | undefined> {
    const { extension } = this.#options.session;
    const lost = this.#lostTab;
    if (lost === undefined || extension === undefined) return undefined;
    // A page of the extension may close itself: the check asked for that page.
    if (lost.url.startsWith('chrome-extension:')) return undefined;
    if (!missesWindow && (await this.#hasWindow())) return undefined;
    const [did, api] = lost.isDiscarded
      ? ['discarded', 'chrome.tabs.discard()']
      : ['closed', 'chrome.tabs.remove() or chrome.windows.remove()'];
    return makeFault('extension.closed-tab', `the extension ${did} the site's tab`, {
      hint: `neither the check nor gridrun did that: find out what calls ${api} in ${extension.name}`,
    });
  }

  /** Is the driver in a window that is there? */
  async #hasWindow(): Promise<boolean> {
    const { session, signal, wire } = this.#options;
    const limits = { deadlineMs: WINDOW_MS, signal };
    return await wire.send('GET', `/session/${session.sessionId}/window`, undefined, limits).then(
      () => true,
      (error: unknown) => !(error instanceof WireError && NO_WINDOW.has(error.wireCode)),
    );
  }

  /**
   * Call after the last check. Waits for the errors on their way. If the extension threw and that fails a site, returns
   * the fault for the last check that ran. Never throws.
   */
  async verdictOfWatch(
    results: readonly CheckResult[],
  ): Promise<{ readonly title: string; readonly fault: Fault } | undefined> {
    await this.#watch?.end();
    const [first, ...others] = this.errors;
    const last = results.findLast(({ status }) => status !== 'skipped') ?? results.at(-1);
    if (first === undefined || last === undefined || !this.#options.failOnErrors) return undefined;
    const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
    const message = `the extension threw in its ${first.where}: ${first.message}${more}`;
    return { title: last.title, fault: makeFault('extension.error', message, { stack: first.stack }) };
  }

  close(): void {
    this.#over = true;
    this.#watch?.close();
  }
}
