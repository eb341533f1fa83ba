import { packArchive } from '../../../recording/write-archive.ts';
import type { RecordingFacts } from '../../../recording/har-archive.ts';
import type { SessionFacts } from '../../../core/ports.ts';
import type { Redaction } from '../../../text/redaction.ts';
import type { Limits } from '../../../wire/deadline.ts';
import { DevToolsClient, type DevToolsEvent } from '../../../wire/devtools-client.ts';
import { abortAfter } from '../../../os/real-timers.ts';
import { Blanks } from './blanks.ts';
import { takeBodies } from './bodies.ts';
import { recordingOf, type GivenFacts } from './recorded-log.ts';
import { secretsIn } from './seen-secrets.ts';
import { MAX_POST_DATA_BYTES, originOfExtension, Traffic } from './traffic.ts';

const COMMAND_MS = 10_000;
/** Of the attempt's end, for the bodies. The rest is for packing and writing. */
const BODIES_MS = 2_500;
/**
 * The targets that load from the network. A new one waits for its recorder, so that its first request is not missed. Both
 * the browser and a page attach to a service worker: the page's attachment comes before the request for its script.
 */
const AUTO_ATTACH = {
  autoAttach: true,
  waitForDebuggerOnStart: true,
  flatten: true,
  filter: ['page', 'iframe', 'worker', 'service_worker', 'shared_worker', 'background_page'].map((type) => ({ type })),
};

export interface RecorderOptions {
  readonly session: SessionFacts;
  readonly redaction: Redaction;
  readonly facts: GivenFacts;
  /** The limit for all bodies together. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

interface Target {
  readonly id: string;
  readonly type: string;
  /** The origin of the extension that it belongs to. */
  readonly extension: string | undefined;
}

/** A recording as the file that it becomes. */
export interface PackedRecording {
  readonly bytes: Buffer;
  readonly incomplete: RecordingFacts['incomplete'];
}

/**
 * Records what the pages, frames and workers of a session send and get, over DevTools. Chrome keeps the bodies until they
 * are asked for at the end, so that an attempt whose recording is not kept costs little. One attempt owns it.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #client: DevToolsClient;
  readonly #limits: Limits;
  readonly #traffic = new Traffic();
  /** The targets that are there, by the sessions that are attached to them. */
  readonly #targets = new Map<string, Target>();
  #starting: Promise<unknown>[] = [];

  private constructor(options: RecorderOptions, client: DevToolsClient) {
    this.#options = options;
    this.#client = client;
    this.#limits = { deadlineMs: COMMAND_MS, signal: options.signal };
    client.onEvent((event) => this.#onEvent(event));
  }

  /** Starts to record. Undefined if the session offers no DevTools. Throws a `WireError`. */
  static async start(options: RecorderOptions): Promise<Recorder | undefined> {
    const limits = { deadlineMs: COMMAND_MS, signal: options.signal };
    const client = await DevToolsClient.connect(options.session, limits);
    if (client === undefined) return undefined;
    const recorder = new Recorder(options, client);
    try {
      await client.send('Target.setAutoAttach', AUTO_ATTACH, limits);
      await Promise.all(recorder.#starting);
      return recorder;
    } catch (error) {
      client.close();
      throw error;
    }
  }

  /**
   * Takes the bodies out of Chrome, and packs the recording. Undefined if nothing was requested.
   * @param failed the titles of the checks that failed
   */
  async pack(failed: readonly string[]): Promise<PackedRecording | undefined> {
    const { redaction, maxBytes } = this.#options;
    const facts = { ...this.#options.facts, ...(failed.length === 0 ? {} : { failed }) };
    const { exchanges } = this.#traffic;
    if (exchanges.length === 0) return undefined;
    const taken = await takeBodies(exchanges, {
      client: this.#client,
      limits: { deadlineMs: BODIES_MS, signal: abortAfter(BODIES_MS) },
      tabs: new Set(this.#targets.keys()),
      maxBytes,
    });
    const blanks = new Blanks(redaction, secretsIn(this.#traffic));
    const recording = recordingOf({ traffic: this.#traffic, taken, blanks, facts });
    return { bytes: await packArchive(recording), incomplete: recording.log._gridrun.incomplete };
  }

  /** Ends the recording. Chrome lets go of the targets. Never throws. */
  close(): void {
    this.#client.close();
  }

  #onEvent({ method, params, tab }: DevToolsEvent): void {
    if (method === 'Target.attachedToTarget') return this.#onTarget(params);
    if (method === 'Target.detachedFromTarget') return void this.#targets.delete(String(params['sessionId']));
    const target = tab === undefined ? undefined : this.#targets.get(tab);
    if (tab === undefined || target === undefined || !method.startsWith('Network.')) return;
    if (this.#isFirst(tab, target)) this.#traffic.add(method, params, tab, target.extension);
  }

  /** A service worker is attached to by the browser and by its page, and reports everything to both. */
  #isFirst(tab: string, { id, type }: Target): boolean {
    if (!type.endsWith('_worker')) return true;
    for (const [other, target] of this.#targets) if (target.id === id) return other === tab;
    return true;
  }

  #onTarget(params: DevToolsEvent['params']): void {
    const tab = String(params['sessionId']);
    const { targetId: id, type, url } = params['targetInfo'] as { targetId: string; type: string; url: string };
    const send = async (method: string, more: object = {}): Promise<unknown> =>
      // A target may be gone already, and not every kind knows every command.
      await this.#client.send(method, more, this.#limits, tab).catch(() => undefined);
    this.#targets.set(tab, { id, type, extension: originOfExtension(url) });
    this.#starting.push(this.#record(send));
    // It goes on once the commands before have been carried out.
    this.#starting.push(send('Runtime.runIfWaitingForDebugger'));
  }

  /** Sends all at once: Chrome carries out the commands of a target in their order. */
  async #record(send: (method: string, params?: object) => Promise<unknown>): Promise<void> {
    const { maxBytes } = this.#options;
    await Promise.all([
      // Without it, the bodies of a page are lost when the next one comes.
      send('Network.configureDurableMessages', { maxTotalBufferSize: maxBytes, maxResourceBufferSize: maxBytes }),
      send('Network.enable', {
        maxTotalBufferSize: maxBytes,
        maxResourceBufferSize: maxBytes,
        maxPostDataSize: MAX_POST_DATA_BYTES,
      }),
      send('Target.setAutoAttach', AUTO_ATTACH),
    ]);
  }
}
