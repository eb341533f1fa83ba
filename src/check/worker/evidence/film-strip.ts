import type { Attachment } from '../../../core/attempt.ts';
import type { BidiCdp } from '../../../wire/bidi-cdp.ts';
import { within } from '../../../wire/deadline.ts';
import { untilAborted } from '../../../wire/until-aborted.ts';
import type { WireClient } from '../../../wire/wire-client.ts';
import { WireError } from '../../../wire/wire-error.ts';
import type { PageView } from '../page/page-view.ts';
import type { Evidence } from './evidence.ts';

/** The commands after which a picture is taken, and the word for each in the picture's name. */
const ACTS: Readonly<Record<string, string>> = {
  get: 'get',
  goBack: 'back',
  goForward: 'forward',
  refresh: 'refresh',
  clickElement: 'click',
  sendKeysToElement: 'send-keys',
  clearElement: 'clear',
  submitElement: 'submit',
  actions: 'actions',
  executeScript: 'script',
  executeAsyncScript: 'script',
};
/** Commands after which the driver may be in another window. */
const CHANGES_WINDOW: ReadonlySet<string> = new Set(['switchToWindow', 'newWindow', 'close']);
const FRAME_MS = 2_000;
/** After this many failures in a row, no more pictures are taken. */
const MAX_MISSED = 3;
const FIRST_KEPT = 20;
const NEWEST_KEPT = 80;

interface Frame {
  readonly check: string;
  readonly attachment: Attachment;
  kept: boolean;
}

export interface FilmStripOptions {
  readonly evidence: Evidence;
  readonly wire: WireClient;
  readonly view: PageView;
  readonly sessionId: string;
  readonly cdp: () => BidiCdp | undefined;
  /** Through which a picture is taken that holds the driver. */
  readonly overWire: <T>(signal: AbortSignal, taking: () => Promise<T>) => Promise<T | undefined>;
  readonly signal: AbortSignal;
}

/**
 * Takes a small picture after each command that acts on the page. Keeps the first 20 and the newest 80 of an attempt.
 * Writes each when it is taken, and removes it at the end if no evidence is kept for its check.
 */
export class FilmStrip {
  readonly #options: FilmStripOptions;
  readonly #frames: Frame[] = [];
  #count = 0;
  #missed = 0;
  #window: string | undefined;

  constructor(options: FilmStripOptions) {
    this.#options = options;
  }

  /** Takes a picture if the command acts on the page. Never rejects. */
  async after(command: string, check: string): Promise<void> {
    if (CHANGES_WINDOW.has(command)) this.#window = undefined;
    const word = ACTS[command];
    if (word === undefined || this.#missed >= MAX_MISSED || this.#options.signal.aborted) return;
    this.#missed++;
    await this.#shoot(word, check).catch(() => {});
  }

  /** Makes the pictures of a check so far its evidence. */
  keep(check: string): void {
    for (const frame of this.#frames) {
      if (frame.check !== check || frame.kept) continue;
      frame.kept = true;
      this.#options.evidence.list(check, frame.attachment);
    }
  }

  /** Removes the pictures that are not evidence. Never rejects. */
  async end(): Promise<void> {
    const others = this.#frames.filter(({ kept }) => !kept);
    this.#missed = MAX_MISSED;
    await Promise.all(others.map(async ({ attachment }) => await this.#options.evidence.remove(attachment)));
  }

  async #shoot(word: string, check: string): Promise<void> {
    const { evidence, signal, cdp } = this.#options;
    const number = String(++this.#count).padStart(4, '0');
    const picture = await within({ deadlineMs: FRAME_MS, signal }, async (limit) => await this.#picture(cdp(), limit));
    this.#missed = 0;
    if (picture === undefined) return;
    const name = `trace-${number}-${word}.${picture.type}`;
    this.#frames.push({ check, attachment: await evidence.writeUnlisted(check, name, picture.bytes), kept: false });
    // A picture that is evidence is in a result that was sent already, so it stays.
    const surplus =
      this.#frames.length > FIRST_KEPT + NEWEST_KEPT
        ? this.#frames.findIndex(({ kept }, place) => place >= FIRST_KEPT && !kept)
        : -1;
    if (surplus >= 0) await evidence.remove(this.#frames.splice(surplus, 1)[0]!.attachment);
  }

  /** Undefined while a dialog is open: a W3C screenshot would close it, one by BiDi would wait for it. */
  async #picture(
    cdp: BidiCdp | undefined,
    signal: AbortSignal,
  ): Promise<{ readonly type: string; readonly bytes: Uint8Array } | undefined> {
    if (await this.#hasDialog(signal)) return undefined;
    if (cdp === undefined) {
      const limits = { deadlineMs: FRAME_MS, signal };
      const tab = await this.#options.view.tab(limits);
      if (tab === 'closed') return undefined;
      if (tab !== 'unreachable') return { type: 'png', bytes: await tab.picture(limits) };
      const text = await this.#options.overWire(signal, async () => String(await this.#get('screenshot', signal)));
      return text === undefined ? undefined : { type: 'png', bytes: Buffer.from(text, 'base64') };
    }
    const context = (this.#window ??= String(await this.#get('window', signal)));
    const taking = cdp.bidi('browsingContext.captureScreenshot', {
      context,
      format: { type: 'image/jpeg', quality: 0.4 },
    });
    const { data } = (await untilAborted(taking, signal)) as { data: string };
    return { type: 'jpeg', bytes: Buffer.from(data, 'base64') };
  }

  async #hasDialog(signal: AbortSignal): Promise<boolean> {
    try {
      await this.#get('alert/text', signal);
      return true;
    } catch (error) {
      if (error instanceof WireError && error.wireCode === 'no such alert') return false;
      throw error;
    }
  }

  async #get(what: string, signal: AbortSignal): Promise<unknown> {
    const { wire, sessionId } = this.#options;
    return await wire.send('GET', `/session/${sessionId}/${what}`, undefined, { deadlineMs: FRAME_MS, signal });
  }
}
