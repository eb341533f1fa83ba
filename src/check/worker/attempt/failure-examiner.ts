import { asError } from '../../../core/as-error.ts';
import { faultOf, makeFault, type Fault } from '../../../core/fault.ts';
import { classify } from '../../../wire/classify.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { WireError } from '../../../wire/wire-error.ts';
import { isNavigation, type BorrowedDriver } from './borrowed-driver.ts';
import { checkFault, isTimeout, siteFault } from './check-failure.ts';
import type { EvidenceTaker } from '../evidence/evidence-taker.ts';
import type { Selenium } from '../selenium-module.ts';

const PROBE_MS = 15_000;
/** If a reply is later than this, the session was out of reach. */
const LATE_MS = 5_000;

export interface FailureExaminerOptions {
  readonly borrowed: BorrowedDriver;
  readonly evidence: EvidenceTaker;
  /** Not the check's own client: that one may hang, or end. */
  readonly wire: WireClient;
  readonly sessionId: string;
  /** The limit of one command, in ms. */
  readonly commandLimitMs: number;
  readonly selenium: Selenium;
  readonly signal: AbortSignal;
  /** How late a reply of the session may be. Default: 5 s. */
  readonly lateMs?: number;
}

/** What a failure means. */
export interface Examined {
  readonly fault: Fault;
  /** The session is gone, and with it the rest of the attempt. The fault says nothing about the check. */
  readonly sessionLost: boolean;
}

/** Finds out what a failure means: did the check fail, did the site not load, or is the session gone? */
export class FailureExaminer {
  readonly #options: FailureExaminerOptions;

  constructor(options: FailureExaminerOptions) {
    this.#options = options;
  }

  /**
   * Examines what a test or hook threw, and takes evidence for `check`. `where` is the hook's title. Never rejects.
   */
  async examine(thrown: unknown, check: string | undefined, where: string): Promise<Examined> {
    const error = asError(thrown);
    // A failure that can't be examined is still reported: without a result, the site would never end.
    return await this.#examine(error, check, where).catch((failure: unknown) => ({
      fault: {
        ...checkFault(error, where),
        hint: `gridrun could not find out more (a bug, please report it): ${asError(failure).message}`,
      },
      sessionLost: false,
    }));
  }

  async #examine(error: Error, check: string | undefined, where: string): Promise<Examined> {
    const { borrowed, evidence, signal } = this.#options;
    let navigation = borrowed.cameFromNavigation(error);
    if (navigation === undefined) {
      const loading = isTimeout(error) ? this.#stillLoading(error) : undefined;
      const lost = this.#crashOf(error) ?? (await this.#probe(isTimeout(error)));
      if (lost !== undefined) return { fault: lost, sessionLost: true };
      navigation = loading ?? (await this.#errorPage());
    }
    if (check !== undefined && !signal.aborted) await evidence.take(check);
    return {
      fault: navigation === undefined ? checkFault(error, where) : siteFault(error, navigation, where),
      sessionLost: false,
    };
  }

  /**
   * Call when the site's time is up. Returns a fault if the session did not react. If a command of the checks is still
   * within its own limit, nothing can be concluded: the page may be slow. Never rejects.
   */
  async examineTimeUp(): Promise<Fault | undefined> {
    const { borrowed, commandLimitMs } = this.#options;
    const held = borrowed.openCommands.some(({ startedAt }) => startedAt + commandLimitMs > performance.now());
    return held ? undefined : await this.#probe(true);
  }

  /** A session whose tab has crashed still replies, but not to commands about a page. */
  #crashOf(error: unknown): Fault | undefined {
    if (!(error instanceof this.#options.selenium.error.WebDriverError)) return undefined;
    const { code } = classify('unknown error', error.message);
    if (code !== 'browser.tab-crashed') return undefined;
    return makeFault(code, error.message.split('\n')[0]!);
  }

  /** An error if a page load took most of the check's time and is not done: then the site is to blame, not the check. */
  #stillLoading(timeout: Error): Error | undefined {
    const limitMs = (timeout as { timeout?: number }).timeout ?? this.#options.commandLimitMs;
    const now = performance.now();
    const load = this.#options.borrowed.openCommands.find(
      ({ name, startedAt }) => isNavigation(name) && now - startedAt > limitMs / 2,
    );
    return load === undefined
      ? undefined
      : new Error(`net::ERR_TIMED_OUT: ${load.name} did not finish within ${Math.round(now - load.startedAt)} ms`);
  }

  /** Sends a cheap command to find out if the session lives and, if the checks `ranOutOfTime`, if it was in reach. */
  async #probe(ranOutOfTime: boolean): Promise<Fault | undefined> {
    const { borrowed, wire, sessionId, commandLimitMs, signal } = this.#options;
    // A command that hangs delays the probe until the browser's own time-out ends it.
    const deadlineMs = PROBE_MS + (borrowed.openCommands.length > 0 ? commandLimitMs : 0);
    const startedAt = performance.now();
    const freeAt = Math.max(startedAt, ...borrowed.openCommands.map((command) => command.startedAt + commandLimitMs));
    try {
      await wire.send('GET', `/session/${sessionId}/window/handles`, undefined, { deadlineMs, signal });
    } catch (failure) {
      if (failure instanceof WireError && (failure.sessionLost || failure.code === 'grid.no-answer'))
        return faultOf(failure);
    }
    // A check that ran out of time because its session was out of reach has not failed.
    const lateMs = Math.round(performance.now() - freeAt);
    if (ranOutOfTime && lateMs > (this.#options.lateMs ?? LATE_MS)) {
      return makeFault('grid.no-answer', `session ${sessionId} answered ${lateMs} ms after its time limit`, {
        hint: 'the grid or the network may be overloaded: lower --sessions',
      });
    }
    return undefined;
  }

  /** For some net errors (too many redirects) no command fails: the browser shows its own page instead of the site's. */
  async #errorPage(): Promise<Error | undefined> {
    const { wire, sessionId, signal } = this.#options;
    const script = "return location.protocol === 'chrome-error:' ? document.documentElement.innerText : ''";
    const text = await wire
      .send('POST', `/session/${sessionId}/execute/sync`, { script, args: [] }, { deadlineMs: PROBE_MS, signal })
      .catch(() => '');
    const code = typeof text === 'string' ? /\bERR_[A-Z0-9_]+/.exec(text)?.[0] : undefined;
    return code === undefined ? undefined : new Error(`net::${code}`);
  }
}
