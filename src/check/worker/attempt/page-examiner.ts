import { setTimeout } from '../../../os/real-timers.ts';
import { innerErrors } from '../../../core/inner-errors.ts';
import { GridrunError } from '../../../core/fault.ts';
import { pageClassOf } from '../../../core/page-classes.ts';
import type { PageFacts } from '../../../core/page-facts.ts';
import type { SessionFacts } from '../../../core/ports.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { WireError } from '../../../wire/wire-error.ts';
import type { CheckDriver } from '../attempt-context.ts';
import type { DocumentLog, LoadedDocument } from '../evidence/document-log.ts';
import { PAGE_SCRIPT, type ShownPage } from '../page/page-script.ts';
import type { Look, PageView } from '../page/page-view.ts';
import type { Selenium } from '../selenium-module.ts';
import { CUT_REASONS, factsOf, isSamePage, NO_REASONS, type Moves } from './page-facts-of.ts';

/** Each further question to a page that has failed a check may take this long. */
const ASK_MS = 1_000;
/** So many dialogs without a click are the page's own. */
const MANY_DIALOGS = 3;
const BETWEEN_DIALOGS_MS = 100;
/** chromedriver's words for a page that has changed what its own scripts need, or whose texts it cannot pass on. */
const DRIVER_BROKEN =
  /cannot (deserialize the result value|determine loading status)|Runtime\.\w+ threw exception|missing or invalid '?(result|value)/i;

export interface PageExaminerOptions {
  readonly session: SessionFacts;
  readonly siteUrl: string;
  readonly view: PageView;
  readonly wire: WireClient;
  readonly moves: Moves;
  /** What the lane has logged of page loads, up to now; undefined if it logs nothing. Never rejects. */
  readonly documents: () => Promise<DocumentLog | undefined>;
  readonly selenium: Pick<Selenium, 'error'>;
  readonly signal: AbortSignal;
}

/** What a check threw, and the error of the page load behind it. */
export interface Thrown {
  readonly error: unknown;
  readonly navigation: Error | undefined;
}

/** What the browser shows, and what is known of it. */
export interface PageFinding {
  readonly look: Look;
  readonly facts: PageFacts;
}

/** Finds out what the browser shows in place of a site's page. It sends commands: call it only for a page in doubt. */
export class PageExaminer {
  readonly #options: PageExaminerOptions;

  constructor(options: PageExaminerOptions) {
    this.#options = options;
  }

  /**
   * Looks at the page after a check has thrown. A page that does not answer within `heldMs` holds its process. Never
   * rejects.
   */
  async examine(thrown: Thrown, heldMs: number): Promise<PageFinding> {
    const [look, log] = await Promise.all([this.#options.view.look(heldMs), this.#options.documents()]);
    const shown = look.kind === 'page' && !this.#isEarlier(look.shown, thrown) ? look.shown : undefined;
    const ofWire = shown ?? (look.kind === 'unreachable' ? await this.#lookByWire(heldMs) : undefined);
    return { look, facts: await this.#facts(look, ofWire, thrown, log) };
  }

  /** Throws a `GridrunError` if the driver does not show a page of the site. One command, unless something is odd. */
  async expectPage(driver: CheckDriver): Promise<void> {
    const page = pageClassOf(await this.#examineShown(await driver.executeScript(PAGE_SCRIPT)));
    if (page !== undefined) throw new GridrunError(page.code, page.sentence);
  }

  /** Of a page that the check itself has looked at. Looks again only if something is odd. */
  async #examineShown(shown: unknown): Promise<PageFacts> {
    const thrown = { error: undefined, navigation: undefined };
    // The driver returns nothing if a dialog opened meanwhile.
    if (!isShownPage(shown)) return (await this.examine(thrown, ASK_MS * 3)).facts;
    const log = await this.#options.documents();
    const isOdd =
      shown.isErrorPage ||
      shown.isLoading ||
      /^(about:blank|data:)/.test(shown.url) ||
      (log?.dialogCount(undefined) ?? 0) > 0;
    if (isOdd) return (await this.examine(thrown, ASK_MS * 3)).facts;
    return this.#merge(shown, this.#loadIn(log, undefined), thrown);
  }

  async #facts(
    look: Look,
    shown: ShownPage | undefined,
    thrown: Thrown,
    log: DocumentLog | undefined,
  ): Promise<PageFacts> {
    const { moves } = this.#options;
    const tab = look.kind === 'page' || look.kind === 'held' ? look.tab : undefined;
    const hasDialogs = await this.#opensDialogs(look, thrown.error, log?.dialogCount(tab?.targetId) ?? 0);
    const facts = {
      ...this.#merge(shown, this.#loadIn(log, tab?.targetId), thrown),
      hasDialogs,
      isHeld: look.kind === 'held' && !hasDialogs,
      isClosed: this.#isClosed(look, thrown.error),
    };
    if (look.kind !== 'page') return facts;
    const { shown: page } = look;
    const isBlankTab = moves.isLoaded && moves.isAsLoaded && /^(about:blank|data:)/.test(page.url);
    if (isBlankTab && facts.instead === undefined)
      return { ...facts, instead: await insteadOfPage(look, facts.siteUrl) };
    const wantsReason = page.isErrorPage || (page.isLoading && moves.isLoaded && moves.isAsLoaded);
    const withReason = wantsReason && facts.netError === undefined ? await this.#withReason(facts, look) : facts;
    return { ...withReason, isUnreadable: await this.#isUnreadable(page, thrown.error) };
  }

  /** A load that got no answer leaves the page before it in the tab. */
  #isEarlier(shown: ShownPage, { navigation }: Thrown): boolean {
    const { target } = this.#options.moves;
    return navigation !== undefined && !shown.isErrorPage && target !== undefined && !isSamePage(target, shown.url);
  }

  #merge(shown: ShownPage | undefined, load: LoadedDocument | undefined, { navigation }: Thrown): PageFacts {
    const { siteUrl, moves, session } = this.#options;
    return factsOf({ siteUrl, moves, shown, load, navigation, hasExtension: session.extension !== undefined });
  }

  /** Adds the browser's reason why the page, or its rest, did not come, out of the page's own console. */
  async #withReason(facts: PageFacts, { tab }: Extract<Look, { kind: 'page' }>): Promise<PageFacts> {
    const limits = { deadlineMs: ASK_MS, signal: this.#options.signal };
    const errors = await tab.netErrors(limits).catch(() => []);
    const netError = errors.findLast(({ url, error }) => url === facts.url && !NO_REASONS.test(error))?.error;
    if (netError === undefined)
      return facts.isErrorPage && facts.status < 400 ? { ...facts, netError: 'ERR_FAILED' } : facts;
    return { ...facts, netError, isCut: !facts.isErrorPage && CUT_REASONS.test(netError) };
  }

  #loadIn(log: DocumentLog | undefined, context: string | undefined): LoadedDocument | undefined {
    return log?.of(context ?? this.#options.moves.window ?? '') ?? (context === undefined ? log?.first() : undefined);
  }

  #isClosed(look: Look, error: unknown): boolean {
    const { moves, selenium } = this.#options;
    if (moves.hasClosed || moves.window !== undefined) return false;
    const saysSo = innerErrors(error).some((inner) => inner instanceof selenium.error.NoSuchWindowError);
    return saysSo && look.kind !== 'page' && look.kind !== 'held';
  }

  /** Does the page open dialogs by itself: many without a click, one while it loads, or another as soon as one is closed? */
  async #opensDialogs(look: Look, error: unknown, count: number): Promise<boolean> {
    const { moves, selenium } = this.#options;
    if (moves.isAsLoaded && count >= MANY_DIALOGS) return true;
    const isOpen = innerErrors(error).some((inner) => inner instanceof selenium.error.UnexpectedAlertOpenError);
    if (isOpen && moves.isAsLoaded && !moves.isLoaded) return true;
    return (isOpen || count > 0 || look.kind === 'held') && (await this.#opensAnother());
  }

  /** Closes dialogs as long as new ones open. The driver has closed the first one already. */
  async #opensAnother(): Promise<boolean> {
    const { session, wire, signal } = this.#options;
    const limits = { deadlineMs: ASK_MS, signal };
    let closed = 0;
    for (let tries = 0; tries < 2 * MANY_DIALOGS && closed < 2; tries++) {
      try {
        await wire.send('POST', `/session/${session.sessionId}/alert/dismiss`, {}, limits);
        closed += 1;
      } catch (failure) {
        // Any other answer says nothing of dialogs: the driver may be held too.
        if (!(failure instanceof WireError) || failure.wireCode !== 'no such alert') return false;
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_DIALOGS_MS));
      }
    }
    return closed >= 2;
  }

  /** Can the driver not even find the root of a page that is there? */
  async #isUnreadable(page: ShownPage, thrown: unknown): Promise<boolean> {
    const { selenium, session, wire, signal } = this.#options;
    const { WebDriverError, JavascriptError, InvalidSelectorError } = selenium.error;
    const errors = innerErrors(thrown).filter((error) => error instanceof WebDriverError);
    if (page.hasHalfCharacters && errors.some(({ message }) => DRIVER_BROKEN.test(message))) return true;
    const doubtful = errors.some(
      (error) =>
        error.constructor === WebDriverError ||
        error instanceof JavascriptError ||
        error instanceof InvalidSelectorError,
    );
    if (!doubtful) return false;
    const body = { using: 'css selector', value: ':root' };
    const limits = { deadlineMs: ASK_MS, signal };
    return await wire.send('POST', `/session/${session.sessionId}/elements`, body, limits).then(
      () => false,
      (failure: unknown) =>
        failure instanceof WireError && /^(invalid selector|javascript error|unknown error)$/.test(failure.wireCode),
    );
  }

  async #lookByWire(deadlineMs: number): Promise<ShownPage | undefined> {
    const { session, wire, signal } = this.#options;
    const body = { script: PAGE_SCRIPT, args: [] };
    const sent = wire.send('POST', `/session/${session.sessionId}/execute/sync`, body, { deadlineMs, signal });
    const shown = await sent.catch(() => undefined);
    return isShownPage(shown) ? shown : undefined;
  }
}

/** A driver that is none of a browser may return anything. */
function isShownPage(shown: unknown): shown is ShownPage {
  return typeof shown === 'object' && shown !== null && 'isErrorPage' in shown;
}

/** Asks the browser to load the address once more: the lane has logged nothing, and the tab is empty. */
async function insteadOfPage({ tab }: Extract<Look, { kind: 'page' }>, url: string): Promise<PageFacts['instead']> {
  return (await tab.isDownload(url, { deadlineMs: ASK_MS * 3 }).catch(() => false)) ? 'download' : 'nothing';
}
