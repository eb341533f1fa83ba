import { isNeeded, MAX_MISSES, type ReplayMiss, type ReplayRecord, type RequestKind } from '../core/replay-record.ts';
import { withoutTokens } from '../text/secret-names.ts';
import { withoutCredentials } from '../wire/endpoint.ts';
import { lacksAsked } from './byte-range.ts';
import type { AskedRequest, RecordedAnswer } from './recorded-answer.ts';
import { ReplayBook } from './replay-book.ts';

/** A recording, as a proxy plays it. */
export interface PlayedRecording {
  /** When it was recorded, in ms since the epoch. */
  readonly recordedAt: number;
  readonly answers: readonly RecordedAnswer[];
  /** The hash of a request's body, as the recording has it. */
  hashOf(body: Buffer): string;
}

/** One recording that is played for one attempt, and what the attempt asks of it. */
export class Play {
  readonly #recording: PlayedRecording;
  readonly #book: ReplayBook;
  readonly #misses = new Map<string, ReplayMiss>();
  #hits = 0;

  constructor(recording: PlayedRecording) {
    this.#recording = recording;
    this.#book = new ReplayBook(recording.answers);
  }

  /** How long ago it was recorded, in ms. */
  get ageMs(): number {
    return Date.now() - this.#recording.recordedAt;
  }

  hashOf(body: Buffer): string {
    return this.#recording.hashOf(body);
  }

  /** The answer to a request, which then counts as a hit. Undefined if the recording lacks it, or lacks its body or the asked part of it. */
  answerTo(asked: AskedRequest): RecordedAnswer | undefined {
    const found = this.#book.find(asked);
    if (found === undefined || found.isBodyMissing || lacksAsked(found, asked.range)) return undefined;
    this.#hits++;
    return found;
  }

  /** Does the recording hold an answer to this method, host and path? */
  knows(method: string, url: string): boolean {
    return this.#book.has(method, url);
  }

  /** Counts a request that the recording could not answer. Reports show its URL, so tokens in it are removed. */
  missed(url: string, kind: RequestKind): void {
    // Chrome tries https first for a site that has only http.
    if (kind === 'document' && url.startsWith('https:') && this.#book.has('GET', url.replace('https:', 'http:')))
      return;
    const shown = withoutTokens(withoutCredentials(url));
    const miss = { url: shown, kind };
    if (this.#misses.size < MAX_MISSES || this.#makesRoomFor(miss)) this.#misses.set(`${kind} ${shown}`, miss);
  }

  /** A lacking script decides what the page was, so no number of lacking pictures may hide it. */
  #makesRoomFor(miss: ReplayMiss): boolean {
    const [lesser] = [...this.#misses].find(([, known]) => !isNeeded(known)) ?? [];
    return isNeeded(miss) && lesser !== undefined && this.#misses.delete(lesser);
  }

  record(): ReplayRecord {
    return { hits: this.#hits, misses: [...this.#misses.values()] };
  }
}
