import { bodyFileName } from '../../src/recording/write-archive.ts';
import { RECORDING_FORMAT, type RecordedEntry, type Recording } from '../../src/recording/har-archive.ts';

interface SampleAnswer {
  readonly url: string;
  readonly method?: string;
  readonly status?: number;
  readonly mimeType?: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  readonly more?: Partial<RecordedEntry>;
}

/** A recording of these answers, with facts that hold for any test. */
export function sampleRecording(answers: readonly SampleAnswer[]): Recording {
  const bodies = new Map<string, Buffer>();
  const entries = answers.map((answer): RecordedEntry => {
    const body = Buffer.from(answer.body ?? '');
    const mimeType = answer.mimeType ?? 'text/html';
    const file = bodyFileName(body, mimeType);
    if (body.length > 0) bodies.set(file, body);
    return entryOf(answer, { size: body.length, mimeType, ...(body.length > 0 ? { _file: file } : {}) });
  });
  return {
    log: {
      version: '1.2',
      creator: { name: 'gridrun', version: '0' },
      browser: { name: 'Chrome', version: '156.0.0.0' },
      entries,
      _gridrun: {
        format: RECORDING_FORMAT,
        site: 'shop',
        url: 'https://shop.test/',
        attempt: 1,
        arm: 'subject',
        started: '2026-11-27T02:00:00.000Z',
        seedDateMs: Date.parse('2026-11-27T02:00:00.000Z'),
        chrome: '156.0.0.0',
        bodyHashKey: '00'.repeat(16),
      },
    },
    bodies,
  };
}

function entryOf(
  { url, method = 'GET', status = 200, headers = {}, more = {} }: SampleAnswer,
  content: RecordedEntry['response']['content'],
): RecordedEntry {
  const listed = Object.entries({ 'content-type': content.mimeType, ...headers });
  return {
    startedDateTime: '2026-11-27T02:00:00.000Z',
    time: 1,
    request: {
      method,
      url,
      httpVersion: 'h2',
      cookies: [],
      headers: [],
      queryString: [],
      headersSize: -1,
      bodySize: 0,
    },
    response: {
      status,
      statusText: '',
      httpVersion: 'h2',
      cookies: [],
      headers: listed.map(([name, value]) => ({ name, value })),
      content,
      redirectURL: headers['location'] ?? '',
      headersSize: -1,
      bodySize: -1,
    },
    cache: {},
    timings: { send: 0, wait: 1, receive: 0 },
    _resourceType: 'document',
    ...more,
  };
}
