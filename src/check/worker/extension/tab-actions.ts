import type { SessionFacts } from '../../../core/ports.ts';
import type { BidiCdp } from '../../../wire/bidi-cdp.ts';
import type { Limits } from '../../../wire/deadline.ts';
import { DevToolsClient } from '../../../wire/devtools-client.ts';

/**
 * Closes and shows tabs past the driver, where the session offers DevTools. A script of a check may wait for a frame that
 * a hidden page never draws. The driver does one command after the other, so it could not show the page again.
 */
export class TabActions {
  readonly #session: SessionFacts;
  readonly #bidi: BidiCdp;
  readonly #limits: Limits;

  constructor(session: SessionFacts, bidi: BidiCdp, limits: Limits) {
    this.#session = session;
    this.#bidi = bidi;
    this.#limits = limits;
  }

  /** Closes a tab. A tab that is gone already is as good. Never rejects. */
  async close(context: string): Promise<void> {
    const close = { method: 'browsingContext.close', params: { context, promptUnload: false } };
    await this.#do('Target.closeTarget', context, close).catch(() => {});
  }

  /** Is this a tab of its own, beside `other`? A page that Chrome loads ahead in `other` is not. Throws a `WireError`. */
  async isBeside(context: string, other: string): Promise<boolean> {
    const { targetInfos } = (await this.#ask('Target.getTargets')) as {
      targetInfos: { targetId: string; subtype?: string }[];
    };
    const found = targetInfos.find(({ targetId }) => targetId === context);
    // If `other` is gone, the page that was loaded ahead may have taken its place.
    return (
      found !== undefined && found.subtype !== 'prerender' && targetInfos.some(({ targetId }) => targetId === other)
    );
  }

  /** Shows a tab. Throws a `WireError`. */
  async show(context: string): Promise<void> {
    await this.#do('Target.activateTarget', context, { method: 'browsingContext.activate', params: { context } });
  }

  /** Is the window of a tab minimized? Chrome draws nothing in it then. Throws a `WireError`. */
  async isMinimized(context: string): Promise<boolean> {
    const { bounds } = (await this.#bidi.send('Browser.getWindowForTarget', { targetId: context })) as {
      bounds: { windowState?: unknown };
    };
    return bounds.windowState === 'minimized';
  }

  async #ask(method: string): Promise<unknown> {
    const devtools = await DevToolsClient.connect(this.#session, this.#limits);
    if (devtools === undefined) return await this.#bidi.send(method, {});
    try {
      return await devtools.send(method, {}, this.#limits);
    } finally {
      devtools.close();
    }
  }

  /** Sends the DevTools command for a target, or without DevTools the command of BiDi. A tab has one id in both. */
  async #do(method: string, targetId: string, bidi: { readonly method: string; readonly params: object }) {
    const devtools = await DevToolsClient.connect(this.#session, this.#limits);
    if (devtools === undefined) {
      await this.#bidi.bidi(bidi.method, bidi.params);
      return;
    }
    try {
      await devtools.send(method, { targetId }, this.#limits);
    } finally {
      devtools.close();
    }
  }
}
