import { now, setTimeout } from '../../../os/real-timers.ts';
import { asError, fieldOf, isInstance } from '../../../core/as-error.ts';
import { isCode } from '../../../core/error-codes.ts';
import { faultOf, makeFault, type Fault } from '../../../core/fault.ts';
import { innerErrors } from '../../../core/inner-errors.ts';
import { pageClassOf } from '../../../core/page-classes.ts';
import { classify, DEADLINE } from '../../../wire/classify.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { WireError } from '../../../wire/wire-error.ts';
import { heldByEvidence } from './attempt-limits.ts';
import type { BorrowedDriver, OpenCommand } from './borrowed-driver.ts';
import { checkFault, isTimeout, siteFault } from './check-failure.ts';
import type { PageExaminer, PageFinding } from './page-examiner.ts';
import { isNavigation } from './page-moves.ts';
import type { EvidenceTaker } from '../evidence/evidence-taker.ts';
import type { ExtensionUse } from '../extension/extension-use.ts';
import type { Selenium } from '../selenium-module.ts';
import { wireFault } from './wire-fault.ts';

const PROBE_MS = 15_000;
/** If a reply is later than this, the session was out of reach. */
const LATE_MS = 5_000;
/** A page that does not answer for so long holds its process. */
const HELD_MS = 4_000;
/** The same when the time of the site is up: what is left has to do for the evidence too. */
const HELD_AT_END_MS = 1_500;
const MIN_HELD_MS = 500;
const PROBE_AT_END_MS = 2_000;
/** Two replies take two ways: an earlier one may come so much later than the next. */
const OVERTAKEN_MS = 1_000;
const OVERTAKEN_STEP_MS = 50;
/** Selenium's node does these itself, beside the driver's. */
const OF_NODE = new Set(['uploadFile', 'getDownloadableFiles', 'downloadFile', 'deleteDownloadableFiles']);

export interface FailureExaminerOptions {
  readonly borrowed: BorrowedDriver;
  readonly evidence: EvidenceTaker;
  readonly pages: Pick<PageExaminer, 'examine'>;
  readonly extension: Pick<ExtensionUse, 'takenTab'>;
  /** Not the check's own client: that one may hang, or end. */
  readonly wire: WireClient;
  readonly sessionId: string;
  /** The limit of one command, in ms. */
  readonly commandLimitMs: number;
  readonly selenium: Selenium;
  readonly signal: AbortSignal;
  /** The time that is left until the attempt has to end. */
  readonly remainingMs: () => number;
  /** How late a reply of the session may be. Default: 5 s. */
  readonly lateMs?: number;
}

/** What a failure means. */
export interface Examined {
  readonly fault: Fault;
  /**
   * How the attempt ends now: `faulted` if the session is gone or the grid lost a command, and then the fault says nothing
   * about the check; `timed-out` if the page holds the session. Undefined if the attempt goes on.
   */
  readonly ends: 'faulted' | 'timed-out' | undefined;
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
    return await this.#examineBoth(error, thrown, check, where).catch((failure: unknown) => ({
      fault: {
        ...checkFault(error, where),
        hint: `gridrun could not find out more (a bug, please report it): ${asError(failure).message}`,
      },
      ends: undefined,
    }));
  }

  /** Examines the failure, and then whether the extension made it. */
  async #examineBoth(error: Error, thrown: unknown, check: string | undefined, where: string): Promise<Examined> {
    const found = await this.#examine(error, thrown, check, where);
    const taken = await this.#takenTab(found, thrown);
    return taken === undefined ? found : { fault: { ...checkFault(error, where), ...taken }, ends: undefined };
  }

  /**
   * The fault of an extension that closed the site's tab. With its last tab, the browser ends: what looks like a crash, or
   * like a failure of the check, is the extension's doing.
   */
  async #takenTab({ fault, ends }: Examined, thrown: unknown): Promise<Fault | undefined> {
    if (ends === 'faulted' && !isCode(fault.code, 'browser.crashed')) return undefined;
    const { extension, selenium } = this.#options;
    const { NoSuchWindowError, NoSuchSessionError } = selenium.error;
    const missesWindow = innerErrors(thrown).some(
      (error) => error instanceof NoSuchWindowError || error instanceof NoSuchSessionError,
    );
    return await extension.takenTab(missesWindow);
  }

  async #examine(error: Error, thrown: unknown, check: string | undefined, where: string): Promise<Examined> {
    const { borrowed, evidence, pages, sessionId, signal } = this.#options;
    if (evidence.holdsSession) return { fault: heldByEvidence(sessionId), ends: 'faulted' };
    // Before all else: a session that lives does not make a lost command the check's fault.
    const ofWire = wireFault(thrown, borrowed.wireErrors);
    if (ofWire !== undefined) return { fault: ofWire, ends: 'faulted' };
    const ofLoad = borrowed.cameFromNavigation(error);
    const lost = ofLoad === undefined ? this.#lossOf(thrown) : undefined;
    if (lost !== undefined) return { fault: lost, ends: 'faulted' };
    const navigation = ofLoad ?? (isTimeout(error) ? this.#stillLoading(error) : undefined);
    const finding = await pages.examine({ error: thrown, navigation }, this.#heldMs(HELD_MS));
    const isHeld = finding.look.kind === 'held';
    const outOfReach = isHeld || ofLoad !== undefined ? undefined : await this.#probe(isTimeout(error), PROBE_MS);
    if (outOfReach !== undefined) return { fault: outOfReach, ends: 'faulted' };
    if (check !== undefined && !signal.aborted) await evidence.take(check, finding.look);
    const page = pageClassOf(finding.facts);
    const fault = page === undefined ? checkFault(error, where) : siteFault(page, error, where);
    // A page that holds its process holds every later command too.
    return { fault: withStatus(fault, finding), ends: isHeld ? 'timed-out' : undefined };
  }

  /**
   * Call when the site's time is up. Returns the fault, and how the attempt ends: `faulted` if the session did not react.
   * If a command of the checks is still within its own limit, nothing can be concluded from that: the page may be slow.
   * Takes evidence for `check`. Never rejects.
   */
  async examineTimeUp(timeUp: Fault, check: string | undefined): Promise<Examined> {
    const found = await this.#examineTimeUp(timeUp, check);
    const taken = await this.#takenTab(found, undefined);
    return taken === undefined ? found : { fault: taken, ends: 'timed-out' };
  }

  async #examineTimeUp(timeUp: Fault, check: string | undefined): Promise<Examined> {
    const { evidence, pages, sessionId, signal } = this.#options;
    if (evidence.holdsSession) return { fault: heldByEvidence(sessionId), ends: 'faulted' };
    const finding = await pages.examine({ error: undefined, navigation: undefined }, this.#heldMs(HELD_AT_END_MS));
    const page = pageClassOf(finding.facts);
    const lost = finding.look.kind === 'held' ? undefined : await this.#probe(true, PROBE_AT_END_MS);
    if (lost !== undefined) return { fault: lost, ends: 'faulted' };
    if (check !== undefined && !signal.aborted) await evidence.take(check, finding.look);
    const fault = page === undefined ? timeUp : makeFault(page.code, `${page.sentence}; ${timeUp.message}`);
    return { fault: withStatus(fault, finding), ends: 'timed-out' };
  }

  /** The page is asked, and then the browser: both have to fit into the time that is left. */
  #heldMs(maxMs: number): number {
    return Math.max(MIN_HELD_MS, Math.min(maxMs, this.#options.remainingMs() / 2));
  }

  /**
   * An answer that says that the session is lost: the probe may still pass. A session whose tab has crashed replies, but
   * not to commands about a page; a hub may lose a node for a moment. Only an unknown error has the driver's own words.
   */
  #lossOf(thrown: unknown): Fault | undefined {
    const { WebDriverError } = this.#options.selenium.error;
    for (const error of innerErrors(thrown)) {
      if (!isInstance(error, WebDriverError) || error.constructor !== WebDriverError) continue;
      const { code, sessionLost } = classify('unknown error', error.message);
      if (sessionLost) return makeFault(code, error.message.split('\n')[0]!);
    }
    return undefined;
  }

  /** An error if a page load took most of the check's time and is not done: then the site is to blame, not the check. */
  #stillLoading(timeout: Error): Error | undefined {
    const given = fieldOf(timeout, 'timeout');
    const limitMs = typeof given === 'number' ? given : this.#options.commandLimitMs;
    const at = now();
    const load = this.#options.borrowed.openCommands.find(
      ({ name, startedAt }) => isNavigation(name) && at - startedAt > limitMs / 2,
    );
    return load === undefined
      ? undefined
      : new Error(`net::ERR_TIMED_OUT: ${load.name} did not finish within ${Math.round(at - load.startedAt)} ms`);
  }

  /**
   * The first of these commands that will get no reply. Call when a later command has one: a driver does one after the
   * other.
   */
  async #firstLost(earlier: readonly OpenCommand[]): Promise<OpenCommand | undefined> {
    const { borrowed, remainingMs } = this.#options;
    const until = now() + Math.min(OVERTAKEN_MS, remainingMs() / 2);
    for (;;) {
      const open = borrowed.openCommands;
      const lost = earlier.find((one) => !one.hasReply && !OF_NODE.has(one.name) && open.includes(one));
      if (lost === undefined || now() >= until) return lost;
      await new Promise((resolve) => setTimeout(resolve, OVERTAKEN_STEP_MS));
    }
  }

  /** Sends a cheap command to find out if the session lives and, if the checks `ranOutOfTime`, if it was in reach. */
  async #probe(ranOutOfTime: boolean, probeMs: number): Promise<Fault | undefined> {
    const { borrowed, wire, sessionId, signal } = this.#options;
    const startedAt = now();
    const earlier = borrowed.openCommands;
    // A command that hangs delays the probe until the browser's own time-out ends it.
    const patienceMs = probeMs + Math.max(0, ...earlier.map(({ limitMs }) => limitMs));
    const deadlineMs = Math.max(1, Math.min(patienceMs, this.#options.remainingMs()));
    const freeAt = Math.max(startedAt, ...earlier.map((command) => command.startedAt + command.limitMs));
    try {
      await wire.send('GET', `/session/${sessionId}/window/handles`, undefined, { deadlineMs, signal });
    } catch (failure) {
      // The attempt has to end before the command does.
      if (failure instanceof WireError && failure.wireCode === DEADLINE && now() < freeAt) return undefined;
      if (failure instanceof WireError && (failure.sessionLost || failure.blames === 'grid')) return faultOf(failure);
    }
    const lost = ranOutOfTime ? await this.#firstLost(earlier) : undefined;
    if (lost !== undefined) {
      const after = `${Math.round(now() - lost.startedAt)} ms`;
      return makeFault(
        'grid.no-answer',
        `session ${sessionId} never answered \`${lost.name}\`, sent ${after} before, though it answered a later command`,
        {
          hint: 'something between gridrun and the browser lost the command or its answer: see the log of the grid or its proxy',
        },
      );
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
}

function withStatus(fault: Fault, { facts }: PageFinding): Fault {
  return facts.status > 0 ? { ...fault, httpStatus: facts.status } : fault;
}
