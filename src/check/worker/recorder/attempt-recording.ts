import type { Attachment, CheckResult, KeptRecording } from '../../../core/attempt.ts';
import type { Site } from '../../../core/site.ts';
import { abortAfter, clearTimeout, setTimeout, wallClock } from '../../../os/real-timers.ts';
import { withResolvers } from '../../../os/real-builtins.ts';
import { recordingName } from '../../../results/layout.ts';
import type { RecordedListEntry } from '../../../recording/har-archive.ts';
import type { Redaction } from '../../../text/redaction.ts';
import { untilAborted } from '../../../wire/until-aborted.ts';
import type { OrderOnWire, WorkerOptions } from '../../protocol.ts';
import type { Evidence } from '../evidence/evidence.ts';
import type { Recorder } from './recorder.ts';

/** A site waits this long for its recorder. After that, the recording starts later than the site. */
const START_WAIT_MS = 2_000;

export interface AttemptRecordingOptions {
  readonly worker: Pick<WorkerOptions, 'record' | 'recordMaxBytes'>;
  readonly order: OrderOnWire;
  readonly redaction: Redaction;
  readonly evidence: Evidence;
  readonly signal: AbortSignal;
}

/** The recording of one attempt: made from its start, and kept if the attempt fails, or always. */
export class AttemptRecording {
  readonly #options: AttemptRecordingOptions;
  #recorder: Promise<Recorder | undefined> | undefined;
  #attachment: Attachment | undefined;
  #kept: KeptRecording | undefined;
  #isOver = false;

  constructor(options: AttemptRecordingOptions) {
    this.#options = options;
  }

  /** What was kept; undefined if the attempt is not to be kept. */
  get kept(): KeptRecording | undefined {
    return this.#kept;
  }

  /** Call before the first check. Waits until it records, for at most 2 s. Never rejects. */
  async start(): Promise<void> {
    const { promise, resolve } = withResolvers<void>();
    const timer = setTimeout(resolve, START_WAIT_MS);
    this.#recorder = this.#startRecorder();
    // Its failure is reported by `keep`.
    await Promise.race([this.#recorder.catch(() => undefined), promise]);
    clearTimeout(timer);
  }

  /** Writes the recording if these results, or the end of the time, ask for it. Never rejects. */
  async keep(results: readonly CheckResult[] | 'timed-out', limitMs: number): Promise<void> {
    const isFailed = results === 'timed-out' || results.some(isBad);
    if (this.#kept !== undefined || !(isFailed || this.#options.worker.record === 'all')) return;
    const limit = abortAfter(limitMs);
    const failed = results === 'timed-out' ? [] : results.filter(isBad).map(({ title }) => title);
    await untilAborted(this.#keep(failed, limit), limit).catch(() => {
      this.#kept ??= { missing: [{ reason: 'not-written', count: 1 }] };
    });
  }

  /** Makes the recording evidence of the checks that did not pass, or else of the first. */
  list(results: readonly CheckResult[]): void {
    const attachment = this.#attachment;
    if (attachment === undefined) return;
    const bad = results.filter(isBad);
    for (const { title } of bad.length > 0 ? bad : results.slice(0, 1)) this.#options.evidence.list(title, attachment);
  }

  /** Ends the recorder. Never throws. */
  close(): void {
    this.#isOver = true;
    void this.#recorder?.then((recorder) => recorder?.close()).catch(() => {});
  }

  async #startRecorder(): Promise<Recorder | undefined> {
    const { order, worker, redaction, signal } = this.#options;
    const { session, site, attempt, arm } = order;
    const startedMs = wallClock();
    const { Recorder } = await import('./recorder.ts');
    const recorder = await Recorder.start({
      session,
      redaction,
      maxBytes: worker.recordMaxBytes,
      signal,
      facts: {
        site: site.id,
        url: site.url,
        entry: entryOf(site),
        attempt,
        arm,
        started: new Date(startedMs).toISOString(),
        seedDateMs: startedMs,
        chrome: session.browserVersion,
        ...(session.extension === undefined
          ? {}
          : { extension: { id: session.extension.id, version: session.extension.version } }),
      },
    });
    if (this.#isOver) recorder?.close();
    return recorder;
  }

  async #keep(failed: readonly string[], limit: AbortSignal): Promise<void> {
    const { evidence, order } = this.#options;
    const recorder = await this.#recorder;
    if (recorder === undefined) return void (this.#kept = { missing: [{ reason: 'no-devtools', count: 1 }] });
    const packed = await recorder.pack(failed);
    if (packed === undefined || limit.aborted) return;
    const attachment = await evidence.writeForSite(recordingName(order.attempt), packed.bytes);
    // The results have been sent without it.
    if (limit.aborted) return await evidence.remove(attachment);
    const missing = Object.entries(packed.incomplete?.reasons ?? {}).map(([reason, count]) => ({ reason, count }));
    this.#attachment = attachment;
    this.#kept = { path: attachment.path, ...(missing.length === 0 ? {} : { missing }) };
  }
}

/** A replay needs it too if the recording is taken out of its results folder. */
function entryOf({ tags, data, env, timeoutMs }: Site): RecordedListEntry {
  return {
    ...(tags === undefined ? {} : { tags }),
    ...(data === undefined ? {} : { data }),
    ...(env === undefined ? {} : { env }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function isBad({ status }: CheckResult): boolean {
  return status === 'failed' || status === 'errored';
}
