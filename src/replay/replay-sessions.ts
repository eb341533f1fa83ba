import { faultOf } from '../core/fault.ts';
import type { AttemptOrder, AttemptOutcome, CheckRunner, Grid, OwnedSession, SessionRequest } from '../core/ports.ts';
import { untilAborted } from '../wire/until-aborted.ts';
import { makeCertificate, type ReplayCertificate } from './certificate.ts';
import { withRecord } from './incomplete.ts';
import { setPageClock } from './page-clock.ts';
import type { PlayedRecording } from './play.ts';
import { replayCapabilities } from './replay-chrome.ts';
import { PROXY_PAGE, ReplayProxy, type OnMiss } from './replay-proxy.ts';

/** How to replay. */
export interface ReplaySettings {
  readonly onMiss: OnMiss;
  /** Give pages the time of the recording. */
  readonly recordedClock: boolean;
  /**
   * Reads the recording of a site. Throws a `GridrunError` if it cannot.
   * @param secrets values that are blanked in it
   */
  recordingOf(siteId: string, secrets: readonly string[]): Promise<PlayedRecording>;
  /** Called after the first attempt. The page stays open, and the recording is played, until it resolves. */
  hold?(): Promise<void>;
}

/** The proxies of a replay: one for each session, which plays the recording of the site that the session has now. */
export class ReplaySessions {
  readonly #settings: ReplaySettings;
  readonly #certificate: ReplayCertificate = makeCertificate();
  readonly #proxies = new Map<string, ReplayProxy>();

  constructor(settings: ReplaySettings) {
    this.#settings = settings;
  }

  /** A grid whose sessions reach nothing but their proxy. Disposing of it disposes of the inner grid. */
  grid(inner: Grid): Grid {
    return {
      name: inner.name,
      capacity: (signal) => inner.capacity(signal),
      openSession: (request) => this.#open(inner, request),
      openPage: async () => ({
        url: PROXY_PAGE,
        reachedWith: (capabilities) => capabilities,
        [Symbol.asyncDispose]: async () => {},
      }),
      [Symbol.asyncDispose]: async () => await inner[Symbol.asyncDispose](),
    };
  }

  /**
   * A runner that plays a site's recording while it tries the site.
   * @param secrets values that are blanked in a recording
   */
  runner(inner: CheckRunner, secrets: readonly string[]): CheckRunner {
    return {
      attempt: async (order) => {
        try {
          const recording = await this.#settings.recordingOf(order.site.id, secrets);
          return await this.#attempt(inner, order, recording);
        } catch (error) {
          return { ending: 'faulted', checks: [], sessionDirty: true, fault: faultOf(error) };
        }
      },
      onLateError: (listener) => inner.onLateError(listener),
      [Symbol.asyncDispose]: async () => await inner[Symbol.asyncDispose](),
    };
  }

  async #attempt(inner: CheckRunner, order: AttemptOrder, recording: PlayedRecording): Promise<AttemptOutcome> {
    const { session, signal } = order;
    const proxy = this.#proxies.get(session.sessionId);
    // A session without a proxy reaches nothing, so the attempt fails by itself.
    if (proxy === undefined) return await inner.attempt(order);
    // Without the clock, the page would be another one, and nothing would say so.
    if (this.#settings.recordedClock) await setPageClock(session, recording.recordedAt, signal);
    proxy.play(recording);
    const outcome = await inner.attempt(order);
    const record = proxy.record();
    await untilAborted(this.#settings.hold?.() ?? Promise.resolve(), signal).catch(() => {});
    proxy.stop();
    return withRecord(outcome, record);
  }

  async #open(inner: Grid, request: SessionRequest): Promise<OwnedSession> {
    const proxy = await ReplayProxy.open(this.#certificate, this.#settings.onMiss);
    const capabilities = replayCapabilities(request.capabilities, {
      port: proxy.port,
      spkiHash: this.#certificate.spkiHash,
    });
    let owned: OwnedSession;
    try {
      owned = await inner.openSession({ ...request, capabilities });
    } catch (error) {
      await proxy[Symbol.asyncDispose]();
      throw error;
    }
    const { sessionId } = owned.session;
    this.#proxies.set(sessionId, proxy);
    let released: Promise<void> | undefined;
    const release = async (): Promise<void> => {
      await owned.release();
      this.#proxies.delete(sessionId);
      await proxy[Symbol.asyncDispose]();
    };
    return { session: owned.session, release: () => (released ??= release()) };
  }
}
