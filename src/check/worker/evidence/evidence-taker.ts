import type { Withheld } from '../../../core/ports.ts';
import { abortAfter } from '../../../os/real-timers.ts';
import type { Redaction } from '../../../text/redaction.ts';
import { withoutNamedSecrets } from '../../../text/secret-names.ts';
import { withoutCredentials } from '../../../wire/endpoint.ts';
import { untilAborted } from '../../../wire/until-aborted.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { Evidence, type AttachmentBody } from './evidence.ts';
import { FilmStrip } from './film-strip.ts';
import { mhtmlOf, pageOverWire, screenshotOf, sourceOf } from './page-evidence.ts';
import type { PageTab } from '../page/page-tab.ts';
import type { Look, PageView } from '../page/page-view.ts';
import { ABORTED, DEADLINE } from '../../../wire/classify.ts';
import type { Limits } from '../../../wire/deadline.ts';
import { WireError } from '../../../wire/wire-error.ts';
import type { DocumentLog } from './document-log.ts';
import type { WorkerOptions, OrderOnWire } from '../../protocol.ts';
import { SessionLog } from './session-log.ts';

const CAPTURE_MS = 10_000;
/** The limit for the next checks of a site once one has used up the whole time. */
const SECOND_CAPTURE_MS = 2_000;
/** What was logged before now may be on its way for so long. */
const SETTLE_MS = 1_000;
/** A page that has drawn nothing yet never gives a picture. */
const PICTURE_MS = 3_000;
/** What is in memory is written even if no time is left. */
const MIN_CAPTURE_MS = 200;

export interface EvidenceTakerOptions {
  readonly worker: Pick<WorkerOptions, 'evidence' | 'trace' | 'outDir'>;
  readonly order: OrderOnWire;
  readonly redaction: Redaction;
  /** Takes a token or a key that a request or an answer of the page holds. */
  readonly onSecret: (value: string) => void;
  /** Not the check's own client: that one may hang, or end. */
  readonly wire: WireClient;
  readonly view: PageView;
  /** The time that is left for evidence until the attempt has to end. */
  readonly remainingMs: () => number;
  /** What the extension wrote and threw; empty without an extension. */
  readonly extensionLog: () => Promise<string>;
  readonly signal: AbortSignal;
}

/** Takes the evidence of one attempt: what the page shows at a check's end, and what the session logged until then. */
export class EvidenceTaker {
  /** The files kept so far, including what checks attach. */
  readonly files: Evidence;
  readonly #options: EvidenceTakerOptions;
  readonly #log: SessionLog | undefined;
  readonly #strip: FilmStrip | undefined;
  #captureMs = CAPTURE_MS;
  #holdsSession = false;

  constructor(options: EvidenceTakerOptions) {
    this.#options = options;
    const { worker, order, redaction, wire, view, signal } = options;
    const { session } = order;
    this.files = new Evidence({ outDir: worker.outDir, siteId: order.site.id, attempt: order.attempt, redaction });
    if (worker.evidence === 'none') return;
    const clean = (text: string): string => redaction.text(withoutCredentials(text));
    const log = new SessionLog(session, signal, { clean, onSecret: options.onSecret });
    this.#log = log;
    if (worker.trace)
      this.#strip = new FilmStrip({
        evidence: this.files,
        wire,
        view,
        sessionId: session.sessionId,
        cdp: () => log.cdp,
        overWire: (limit, taking) => this.#overWire('pictures', limit, taking),
        signal,
      });
  }

  /** Starts the session's log. Never rejects. */
  async start(): Promise<void> {
    await this.#log?.start();
  }

  /** Call after each command of a check, before the check goes on. Never rejects. */
  async afterCommand(command: string, check: string): Promise<void> {
    await this.#strip?.after(command, check);
  }

  /** Should `takePassed` be called for a check that passed? */
  wantsPassed(check: string): boolean {
    const { worker, order } = this.#options;
    return worker.evidence === 'all' || (worker.evidence === 'failures' && order.pictured?.includes(check) === true);
  }

  /** Takes the evidence of a check that passed: all, or a picture if it failed in the other arm. As `take`. */
  async takePassed(check: string): Promise<void> {
    if (this.#options.worker.evidence === 'all') return await this.take(check);
    const deadlineMs = Math.max(MIN_CAPTURE_MS, Math.min(PICTURE_MS, this.#options.remainingMs()));
    const limits = { deadlineMs, signal: abortAfter(deadlineMs) };
    const tab = await this.#options.view.tab(limits);
    if (tab === 'closed' || this.#holdsSession) return;
    const screenshot = await this.#picture(tab, limits);
    if (screenshot !== undefined) await this.files.writeOwn(check, 'screenshot.png', screenshot).catch(() => {});
  }

  /** What the lane has logged of page loads up to now; undefined if it logs nothing. Never rejects. */
  async documents(): Promise<DocumentLog | undefined> {
    const log = this.#log;
    if (log !== undefined) await orNothing(log.settled(), abortAfter(SETTLE_MS));
    return log?.documents;
  }

  /** A piece that the driver was asked for did not come, and the driver may wait for it still. */
  get holdsSession(): boolean {
    return this.#holdsSession;
  }

  /**
   * Takes all evidence for a check. `look` is what the session showed a moment ago, if somebody looked. Never rejects and
   * keeps to its deadline: it must not make a result worse.
   */
  async take(check: string, look?: Look): Promise<void> {
    const log = this.#log;
    if (log === undefined) return;
    const deadlineMs = Math.max(MIN_CAPTURE_MS, Math.min(this.#captureMs, this.#options.remainingMs()));
    const signal = abortAfter(deadlineMs);
    // A page that holds its process also holds the driver, which the logs come through.
    const logLimit = look?.kind === 'held' ? abortAfter(Math.min(deadlineMs, SETTLE_MS)) : signal;
    const logged = log.settled();
    const [shown, extension] = await Promise.all([
      this.#pageNow({ deadlineMs, signal }, look),
      orNothing(this.#options.extensionLog(), logLimit),
      orNothing(logged, logLimit),
    ]);
    if (signal.aborted) this.#captureMs = SECOND_CAPTURE_MS;
    await this.#write(check, log, { ...shown, extension });
    this.#strip?.keep(check);
  }

  /** The page, as picture, source and MHTML. What does not come in time is left out. */
  async #pageNow(limits: Limits & { readonly signal: AbortSignal }, look: Look | undefined): Promise<PagePieces> {
    const { redaction, view } = this.#options;
    if (look?.kind === 'held' || look?.kind === 'closed' || this.#holdsSession) return {};
    const tab = look?.kind === 'page' ? look.tab : await view.tab(limits);
    if (tab === 'closed') return {};
    if (tab === 'unreachable') return await this.#pageOverDriver(limits);
    const [screenshot, source, mhtml] = await Promise.all([
      this.#picture(tab, limits),
      orNothing(sourceOf(tab, limits, redaction), limits.signal),
      orNothing(mhtmlOf(tab, limits, redaction), limits.signal),
    ]);
    return { screenshot, source, mhtml };
  }

  /** One after the other: a picture that does not come would keep the source waiting. */
  async #pageOverDriver(limits: Limits & { readonly signal: AbortSignal }): Promise<PagePieces> {
    const { order, wire, redaction } = this.#options;
    const page = pageOverWire(wire, order.session.sessionId);
    const asking = async (): Promise<string> => await sourceOf(page, limits, redaction);
    const source = await this.#overWire('page', limits.signal, asking).catch(() => undefined);
    return { source, screenshot: this.#holdsSession ? undefined : await this.#picture('unreachable', limits) };
  }

  async #picture(
    tab: PageTab | 'unreachable',
    limits: Limits & { readonly signal: AbortSignal },
  ): Promise<Uint8Array | undefined> {
    const { order, wire } = this.#options;
    const own = { ...limits, deadlineMs: Math.min(limits.deadlineMs, PICTURE_MS) };
    if (tab !== 'unreachable') return await orNothing(screenshotOf(tab, own), limits.signal);
    const page = pageOverWire(wire, order.session.sessionId);
    return await this.#overWire('pictures', limits.signal, async () => await screenshotOf(page, own)).catch(
      () => undefined,
    );
  }

  /** Asks the driver for evidence, unless such has held a session of this site. Notices if it does now. */
  async #overWire<T>(what: Withheld, signal: AbortSignal, taking: () => Promise<T>): Promise<T | undefined> {
    const { withheld } = this.#options.order;
    if (withheld === 'page' || withheld === what) return undefined;
    try {
      return await untilAborted(taking(), signal);
    } catch (error) {
      this.#holdsSession ||= signal.aborted || isLate(error);
      throw error;
    }
  }

  async #write(check: string, log: SessionLog, { screenshot, source, mhtml, extension }: AllPieces): Promise<void> {
    const pieces: readonly (readonly [string, AttachmentBody | undefined])[] = [
      ['screenshot.png', screenshot],
      ['page.html', source],
      ['page.mhtml', mhtml],
      ['console.txt', log.console.text()],
      // As bytes: its secrets are removed already, and doing that again in the whole text could break the JSON.
      ['network.har', Buffer.from(log.requests.har())],
      ['extension.log', extension === undefined ? undefined : withoutNamedSecrets(extension)],
    ];
    const writes = pieces.map(async ([name, body]) => {
      if (body !== undefined && (body as { length: number }).length > 0) await this.files.writeOwn(check, name, body);
    });
    await Promise.allSettled(writes);
  }

  /** Call after the last check. Waits until all files are written, at most until the deadline. Never rejects. */
  async settled(deadlineMs: number): Promise<void> {
    await Promise.all([this.#strip?.end(), this.files.settled(deadlineMs)]);
  }

  /** Ends the log. Never throws. */
  close(): void {
    this.#log?.close();
    void this.#strip?.end();
  }
}

interface PagePieces {
  readonly screenshot?: Uint8Array | undefined;
  readonly source?: string | undefined;
  readonly mhtml?: Uint8Array | undefined;
}

interface AllPieces extends PagePieces {
  readonly extension: string | undefined;
}

/** The limit ended the command, and not an answer. */
function isLate(error: unknown): boolean {
  return error instanceof WireError && (error.wireCode === DEADLINE || error.wireCode === ABORTED);
}

async function orNothing<T>(piece: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return await untilAborted(piece, signal).catch(() => undefined);
}
