import { abortAfter } from '../../../os/real-timers.ts';
import type { Redaction } from '../../../text/redaction.ts';
import { withoutNamedSecrets } from '../../../text/secret-names.ts';
import { withoutCredentials } from '../../../wire/endpoint.ts';
import { untilAborted } from '../../../wire/until-aborted.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { Evidence, type AttachmentBody } from './evidence.ts';
import { FilmStrip } from './film-strip.ts';
import { mhtmlOf, screenshotOf, sourceOf, type ShownPage } from './page-evidence.ts';
import type { WorkerOptions, OrderOnWire } from '../../protocol.ts';
import { SessionLog } from './session-log.ts';

const CAPTURE_MS = 10_000;
/** The limit for the next checks of a site once one has used up the whole time. */
const SECOND_CAPTURE_MS = 2_000;

export interface EvidenceTakerOptions {
  readonly worker: Pick<WorkerOptions, 'evidence' | 'trace' | 'outDir'>;
  readonly order: OrderOnWire;
  readonly redaction: Redaction;
  /** Not the check's own client: that one may hang, or end. */
  readonly wire: WireClient;
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

  constructor(options: EvidenceTakerOptions) {
    this.#options = options;
    const { worker, order, redaction, wire, signal } = options;
    const { session } = order;
    this.files = new Evidence({ outDir: worker.outDir, siteId: order.site.id, attempt: order.attempt, redaction });
    if (worker.evidence === 'none') return;
    const log = new SessionLog(session, signal, (text) => redaction.text(withoutCredentials(text)));
    this.#log = log;
    if (worker.trace)
      this.#strip = new FilmStrip({
        evidence: this.files,
        wire,
        sessionId: session.sessionId,
        cdp: () => log.cdp,
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

  /** Should `take` be called for a check that passed? */
  get wantsPassed(): boolean {
    return this.#options.worker.evidence === 'all';
  }

  /** Takes all evidence for a check. Never rejects and keeps to its deadline: it must not make a result worse. */
  async take(check: string, maxMs = CAPTURE_MS): Promise<void> {
    const { order, redaction, wire, extensionLog } = this.#options;
    const log = this.#log;
    if (log === undefined) return;
    const deadlineMs = Math.min(maxMs, this.#captureMs);
    const signal = abortAfter(deadlineMs);
    const page: ShownPage = { wire, sessionId: order.session.sessionId, deadlineMs, signal };
    const { cdp } = log;
    const logged = log.settled();
    const [screenshot, source, mhtml, extension] = await Promise.all([
      orNothing(screenshotOf(page), signal),
      orNothing(sourceOf(page, redaction), signal),
      cdp === undefined ? undefined : orNothing(mhtmlOf(page, cdp, redaction), signal),
      orNothing(extensionLog(), signal),
      orNothing(logged, signal),
    ]);
    if (signal.aborted) this.#captureMs = SECOND_CAPTURE_MS;
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
    this.#strip?.keep(check);
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

async function orNothing<T>(piece: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return await untilAborted(piece, signal).catch(() => undefined);
}
