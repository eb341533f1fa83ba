import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { fromBufferPromise } from 'yauzl';
import * as z from 'zod';
import { refusal } from '../core/fault.ts';
import { SITE_ID } from '../core/site.ts';
import { HAR_NAME, RECORDING_FORMAT, type RecordedHar, type Recording } from './har-archive.ts';

/** No recording has more, unpacked. A file of a few KB could otherwise fill the memory. */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;
/** A body's file. Anything else in the zip is not gridrun's. */
const BODY_NAME = /^[0-9a-f]{40}\.[a-z0-9]{1,8}$/;

const HEADERS = z.array(z.looseObject({ name: z.string(), value: z.string() }));
const ENTRY = z.looseObject({
  startedDateTime: z.string(),
  time: z.number(),
  request: z.looseObject({
    method: z.string(),
    url: z.string(),
    httpVersion: z.string(),
    cookies: z.array(z.looseObject({})),
    headers: HEADERS,
    queryString: z.array(z.looseObject({})),
    headersSize: z.number(),
    bodySize: z.number(),
  }),
  response: z.looseObject({
    status: z.number(),
    statusText: z.string(),
    httpVersion: z.string(),
    cookies: z.array(z.looseObject({})),
    headers: HEADERS,
    content: z.looseObject({
      size: z.number(),
      mimeType: z.string(),
      _file: z.string().regex(BODY_NAME).exactOptional(),
      _missing: z.string().exactOptional(),
    }),
    redirectURL: z.string(),
    headersSize: z.number(),
    bodySize: z.number(),
    _transferSize: z.number().exactOptional(),
    _error: z.string().exactOptional(),
  }),
  cache: z.looseObject({}),
  timings: z.looseObject({}),
  _resourceType: z.string(),
  _servedFrom: z.enum(['service-worker', 'memory-cache', 'disk-cache', 'prefetch-cache']).exactOptional(),
  _initiator: z.string().exactOptional(),
  _bodyHash: z.string().exactOptional(),
});
const FACTS = z.looseObject({
  format: z.number(),
  // Names a folder below the results folder.
  site: z.string().regex(SITE_ID),
  url: z.url({ protocol: /^https?$/ }),
  entry: z
    .looseObject({
      tags: z.array(z.string()).exactOptional(),
      data: z.unknown().optional(),
      env: z.array(z.string()).exactOptional(),
      timeoutMs: z.number().positive().exactOptional(),
    })
    .exactOptional(),
  attempt: z.int().positive(),
  arm: z.enum(['subject', 'control']),
  failed: z.array(z.string()).exactOptional(),
  started: z.iso.datetime(),
  seedDateMs: z.number(),
  chrome: z.string(),
  extension: z.looseObject({ id: z.string(), version: z.string() }).exactOptional(),
  bodyHashKey: z.string().regex(/^(?:[0-9a-f]{2})+$/),
  incomplete: z
    .looseObject({ missing: z.int().nonnegative(), reasons: z.record(z.string(), z.number()) })
    .exactOptional(),
});
const HAR: z.ZodType<RecordedHar> = z.looseObject({
  log: z.looseObject({
    version: z.literal('1.2'),
    creator: z.looseObject({ name: z.string(), version: z.string() }),
    browser: z.looseObject({ name: z.string(), version: z.string() }).exactOptional(),
    entries: z.array(ENTRY),
    _gridrun: FACTS,
  }),
});
const OF_GRIDRUN = z.looseObject({ log: z.looseObject({ _gridrun: z.looseObject({ format: z.number() }) }) });

/** Reads a recording. Throws a refusal that says what is wrong with the file. */
export async function readArchive(path: string): Promise<Recording> {
  try {
    // To open a pipe without a writer would take for ever.
    if (!(await stat(path)).isFile()) throw new Error('it is not a file');
    return recordingIn(await unpacked(await readFile(path)));
  } catch (error) {
    throw refusal('recording.unreadable', `${path} is not a recording of gridrun: ${(error as Error).message}`, {
      hint: 'pass a .har.zip that a run with --record kept, from its evidence folder',
      cause: error,
    });
  }
}

function recordingIn(files: ReadonlyMap<string, Buffer>): Recording {
  const text = files.get(HAR_NAME)?.toString();
  if (text === undefined) throw new Error(`it holds no ${HAR_NAME}`);
  const { log } = harIn(JSON.parse(text));
  const bodies = new Map([...files].filter(([name]) => name !== HAR_NAME));
  const lost = log.entries.find(
    ({ response: { content } }) => content._file !== undefined && !bodies.has(content._file),
  );
  if (lost !== undefined) throw new Error(`it lacks ${lost.response.content._file}, the body of an answer`);
  for (const [name, body] of bodies)
    if (!name.startsWith(createHash('sha1').update(body).digest('hex')))
      throw new Error(`${name}, the body of an answer, was changed`);
  return { log, bodies };
}

function harIn(value: unknown): RecordedHar {
  const own = OF_GRIDRUN.safeParse(value);
  if (!own.success) throw new Error('its HAR was written by another program');
  const { format } = own.data.log._gridrun;
  if (format > RECORDING_FORMAT) throw new Error(`its format is ${format}, of a newer gridrun`);
  const har = HAR.safeParse(value);
  if (har.success) return har.data;
  const { path, message } = har.error.issues[0]!;
  throw new Error(`${path.join('.')} in its HAR is wrong: ${message}`);
}

async function unpacked(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await fromBufferPromise(bytes, { lazyEntries: true }).catch((error: unknown) => {
    throw new Error('it is no zip file, or it was cut', { cause: error });
  });
  const files = new Map<string, Buffer>();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    total += entry.uncompressedSize;
    if (total > MAX_UNPACKED_BYTES) throw new Error('it is too large');
    const { fileName } = entry;
    // yauzl fails if an entry is longer than it says.
    if (fileName === HAR_NAME || BODY_NAME.test(fileName))
      files.set(fileName, await buffer(await zip.openReadStreamPromise(entry)));
  }
  return files;
}
