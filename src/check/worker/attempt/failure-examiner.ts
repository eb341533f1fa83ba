import { now } from '../../../os/real-timers.ts';
import { asError } from '../../../core/as-error.ts';
import { faultOf, makeFault, type Fault } from '../../../core/fault.ts';
import { innerErrors } from '../../../core/inner-errors.ts';
import { classify } from '../../../wire/classify.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { WireError } from '../../../wire/wire-error.ts';
import { isNavigation, type BorrowedDriver } from './borrowed-driver.ts';
import { checkFault, isTimeout, siteFault } from './check-failure.ts';
import type { EvidenceTaker } from '../evidence/evidence-taker.ts';
import type { Selenium } from '../selenium-module.ts';
import { wireFault } from './wire-fault.ts';

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
  /** The session is gone or the grid lost a command, so the attempt ends. The fault says nothing about the check. */
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
    return await this.#examine(error, thrown, check, where).catch((failure: unknown) => ({
      fault: {
        ...checkFault(error, where),
        hint: `gridrun could not find out more (a bug, please report it): ${asError(failure).message}`,
      },
      sessionLost: false,
    }));
  }

  async #examine(error: Error, thrown: unknown, check: string | undefined, where: string): Promise<Examined> {
    const { borrowed, evidence, signal } = this.#options;
    // Before all else: a session that lives does not make a lost command the check's fault.
    const ofWire = wireFault(thrown, borrowed.wireErrors);
    if (ofWire !== undefined) return { fault: ofWire, sessionLost: true };
    let navigation = borrowed.cameFromNavigation(error);
    if (navigation === undefined) {
      const loading = isTimeout(error) ? this.#stillLoading(error) : undefined;
      const lost = this.#lossOf(thrown) ?? (await this.#probe(isTimeout(error)));
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
    const held = borrowed.openCommands.some(({ startedAt }) => startedAt + commandLimitMs > now());
    return held ? undefined : await this.#probe(true);
  }

  /**
   * An answer that says that the session is lost: the probe may still pass. A session whose tab has crashed replies, but
   * not to commands about a page; a hub may lose a node for a moment. Only an unknown error has the driver's own words.
   */
  #lossOf(thrown: unknown): Fault | undefined {
    const { WebDriverError } = this.#options.selenium.error;
    for (const error of innerErrors(thrown)) {
      if (!(error instanceof WebDriverError) || error.constructor !== WebDriverError) continue;
      const { code, sessionLost } = classify('unknown error', error.message);
      if (sessionLost) return makeFault(code, error.message.split('\n')[0]!);
    }
    return undefined;
  }

  /** An error if a page load took most of the check's time and is not done: then the site is to blame, not the check. */
  #stillLoading(timeout: Error): Error | undefined {
    const limitMs = (timeout as { timeout?: number }).timeout ?? this.#options.commandLimitMs;
    const at = now();
    const load = this.#options.borrowed.openCommands.find(
      ({ name, startedAt }) => isNavigation(name) && at - startedAt > limitMs / 2,
    );
    return load === undefined
      ? undefined
      : new Error(`net::ERR_TIMED_OUT: ${load.name} did not finish within ${Math.round(at - load.startedAt)} ms`);
  }

  /** Sends a cheap command to find out if the session lives and, if the checks `ranOutOfTime`, if it was in reach. */
  async #probe(ranOutOfTime: boolean): Promise<Fault | undefined> {
    const { borrowed, wire, sessionId, commandLimitMs, signal } = this.#options;
    // A command that hangs delays the probe until the browser's own time-out ends it.
    const deadlineMs = PROBE_MS + (borrowed.openCommands.length > 0 ? commandLimitMs : 0);
    const startedAt = now();
    const freeAt = Math.max(startedAt, ...borrowed.openCommands.map((command) => command.startedAt + commandLimitMs));
    try {
      await wire.send('GET', `/session/${sessionId}/window/handles`, undefined, { deadlineMs, signal });
    } catch (failure) {
      if (failure instanceof WireError && (failure.sessionLost || failure.blames === 'grid')) return faultOf(failure);
    }
    // A check that ran out of time because its session was out of reach has not failed.
    const lateMs = Math.round(now() - freeAt);
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
