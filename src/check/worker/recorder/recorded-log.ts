import { bodyHash, newBodyHashKey } from '../../../recording/body-hash.ts';
import {
  RECORDING_FORMAT,
  type RecordedContent,
  type RecordedEntry,
  type RecordedHeader,
  type Recording,
  type RecordingFacts,
} from '../../../recording/har-archive.ts';
import { bodyFileName } from '../../../recording/write-archive.ts';
import { harEntry, type HarRules } from '../evidence/har-entry.ts';
import type { Blanks } from './blanks.ts';
import type { Body, Missing } from './bodies.ts';
import { networkEventOf } from './network-event.ts';
import type { Exchange, Traffic } from './traffic.ts';

/** The facts of a recording that the recorder is given. */
export type GivenFacts = Omit<RecordingFacts, 'format' | 'bodyHashKey' | 'incomplete'>;

export interface RecordedLogOptions {
  readonly traffic: Traffic;
  readonly taken: ReadonlyMap<Exchange, Body | Missing>;
  readonly blanks: Blanks;
  readonly facts: GivenFacts;
}

/** Makes the recording of an attempt, without its secrets. */
export function recordingOf({ traffic, taken, blanks, facts }: RecordedLogOptions): Recording {
  const bodies = new Map<string, Buffer>();
  const reasons = new Map<string, number>();
  const count = (reason: string, number = 1): void => void reasons.set(reason, (reasons.get(reason) ?? 0) + number);
  if (traffic.droppedCount > 0) count('too-many-requests', traffic.droppedCount);
  const bodyHashKey = newBodyHashKey();
  const rules = rulesOf(blanks);
  const entries = traffic.exchanges.map((exchange): RecordedEntry => {
    const event = networkEventOf(exchange, traffic.extraOf(exchange).given);
    const entry = harEntry(event, rules);
    const content = store(taken.get(exchange), entry.response.content.mimeType, { blanks, bodies });
    if (content._missing !== undefined && content._missing !== 'service-worker') count(content._missing);
    const { isText, ...stored } = content;
    const { headers } = entry.response;
    return {
      ...entry,
      response: { ...entry.response, headers: isText ? inUtf8(headers, stored.mimeType) : headers, content: stored },
      ...more(exchange, { blanks, bodyHashKey }),
    };
  });
  const missing = [...reasons.values()].reduce((sum, number) => sum + number, 0);
  return {
    log: {
      version: '1.2',
      creator: { name: 'gridrun', version: String(RECORDING_FORMAT) },
      browser: { name: 'Chrome', version: facts.chrome },
      entries,
      _gridrun: {
        format: RECORDING_FORMAT,
        ...facts,
        url: blanks.text(facts.url),
        ...(facts.entry === undefined ? {} : { entry: blanks.value(facts.entry) }),
        ...(facts.failed === undefined ? {} : { failed: facts.failed.map((title) => blanks.text(title)) }),
        bodyHashKey,
        ...(missing === 0 ? {} : { incomplete: { missing, reasons: Object.fromEntries(reasons) } }),
      },
    },
    bodies,
  };
}

/** Nothing is cut: a replay needs whole addresses. */
function rulesOf(blanks: Blanks): HarRules {
  return {
    clean: (text) => blanks.text(text),
    masked: (name, value) => blanks.header(name, value),
    maxUrlChars: Number.MAX_SAFE_INTEGER,
    maxValueChars: Number.MAX_SAFE_INTEGER,
  };
}

interface Stores {
  readonly blanks: Blanks;
  readonly bodies: Map<string, Buffer>;
}

function store(
  body: Body | Missing | undefined,
  mimeType: string,
  { blanks, bodies }: Stores,
): RecordedContent & { readonly isText: boolean } {
  if (typeof body === 'string') return { size: 0, mimeType, _missing: body, isText: false };
  if (body === undefined || body.bytes.length === 0) return { size: 0, mimeType, isText: false };
  const bytes = blanks.body(body.bytes, mimeType);
  const name = bodyFileName(bytes, mimeType);
  bodies.set(name, bytes);
  return { size: bytes.length, mimeType, _file: name, isText: body.isText };
}

/** A text is stored as UTF-8, whatever its server wrote it in. The header goes before what a page says of itself. */
function inUtf8(headers: readonly RecordedHeader[], mimeType: string): RecordedHeader[] {
  const others = headers.filter(({ name }) => name.toLowerCase() !== 'content-type');
  return [...others, { name: 'content-type', value: `${mimeType}; charset=utf-8` }];
}

function more(
  { response, isFromMemory, initiator, requestBody }: Exchange,
  { blanks, bodyHashKey }: { readonly blanks: Blanks; readonly bodyHashKey: string },
): Pick<RecordedEntry, '_servedFrom' | '_initiator' | '_bodyHash'> {
  const servedFrom = whereFrom(response, isFromMemory);
  return {
    ...(servedFrom === undefined ? {} : { _servedFrom: servedFrom }),
    ...(initiator === undefined ? {} : { _initiator: initiator }),
    ...(requestBody === undefined
      ? {}
      : { _bodyHash: bodyHash(bodyHashKey, blanks.body(Buffer.from(requestBody), '')) }),
  };
}

function whereFrom(response: Exchange['response'], isFromMemory: boolean): RecordedEntry['_servedFrom'] {
  if (response?.fromServiceWorker === true) return 'service-worker';
  if (isFromMemory) return 'memory-cache';
  if (response?.fromPrefetchCache === true) return 'prefetch-cache';
  return response?.fromDiskCache === true ? 'disk-cache' : undefined;
}
