import assert from 'node:assert/strict';
import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { ZipFile } from 'yazl';
import { GridrunError } from '../../src/core/fault.ts';
import { bodyHash, newBodyHashKey } from '../../src/recording/body-hash.ts';
import { HAR_NAME, RECORDING_FORMAT, type Recording } from '../../src/recording/har-archive.ts';
import { readArchive } from '../../src/recording/read-archive.ts';
import { bodyFileName, packArchive } from '../../src/recording/write-archive.ts';
import { sampleRecording } from './sample-recording.ts';

const RECORDING = sampleRecording([
  { url: 'https://shop.test/', body: '<p>hello</p>' },
  { url: 'https://shop.test/again', body: '<p>hello</p>' },
  { url: 'https://shop.test/logo.png', mimeType: 'image/png', body: Buffer.from([0, 255, 10, 13]) },
  { url: 'https://shop.test/empty', status: 204 },
  { url: 'https://shop.test/form', method: 'POST', more: { _bodyHash: 'ab12', _servedFrom: 'service-worker' } },
]);

async function whyRefused(bytes: Buffer): Promise<string> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gridrun-recording-'));
  const path = join(folder.path, 'x.har.zip');
  await writeFile(path, bytes);
  return await refusalOf(path);
}

async function refusalOf(path: string): Promise<string> {
  return await readArchive(path).then(
    () => assert.fail('it was read'),
    (error: unknown) => {
      assert.ok(error instanceof GridrunError, String(error));
      assert.equal(error.code, 'recording.unreadable');
      assert.ok(error.message.startsWith(path), error.message);
      return error.message.slice(path.length);
    },
  );
}

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name);
  zip.end();
  return await buffer(zip.outputStream);
}

/** The recording with its log changed as JSON. */
async function changed(change: (log: Record<string, never>) => void): Promise<Buffer> {
  const log = JSON.parse(JSON.stringify(RECORDING.log)) as Record<string, never>;
  change(log);
  return await packArchive({ ...RECORDING, log: log as unknown as Recording['log'] });
}

test('a recording that was packed is read again as it was', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gridrun-recording-'));
  const path = join(folder.path, 'x.har.zip');
  await writeFile(path, await packArchive(RECORDING));
  const read = await readArchive(path);
  assert.deepEqual(read.log, RECORDING.log);
  for (const entry of [{}, { data: null }, { env: ['A'] }, { tags: ['a'], timeoutMs: 5 }]) {
    const _gridrun = { ...RECORDING.log._gridrun, entry };
    await writeFile(path, await packArchive({ ...RECORDING, log: { ...RECORDING.log, _gridrun } }));
    assert.deepEqual((await readArchive(path)).log._gridrun.entry, entry);
  }
  assert.deepEqual(read.bodies, RECORDING.bodies);
  assert.equal(read.bodies.size, 2, 'equal bodies are stored once');
  assert.equal(
    bodyFileName(Buffer.from('hello'), 'text/css; charset=utf-8'),
    'aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d.css',
  );
});

test('a file that is no recording is refused, and the message says why', async () => {
  const whole = await packArchive(RECORDING);
  const har = JSON.stringify({ log: RECORDING.log });
  assert.match(await whyRefused(Buffer.from('{}')), /is not a recording of gridrun: .*zip/i);
  assert.match(await whyRefused(Buffer.alloc(0)), /is not a recording/);
  assert.match(await whyRefused(whole.subarray(0, whole.length / 2)), /is not a recording/);
  assert.match(await whyRefused(await zipOf({ 'a.txt': 'x' })), /it holds no har\.har/);
  assert.match(await whyRefused(await zipOf({ [HAR_NAME]: '{' })), /JSON/);
  assert.match(
    await whyRefused(await zipOf({ [HAR_NAME]: '{"log":{"version":"1.2","entries":[]}}' })),
    /another program/,
  );
  assert.match(
    await whyRefused(await zipOf({ [HAR_NAME]: har })),
    /it lacks [0-9a-f]{40}\.html, the body of an answer/,
  );
  await using folder = await mkdtempDisposable(join(tmpdir(), 'gridrun-recording-'));
  assert.match(await refusalOf(join(folder.path, 'none.har.zip')), /no such file/);
  await mkdir(join(folder.path, 'a-folder.har.zip'));
  assert.match(await refusalOf(join(folder.path, 'a-folder.har.zip')), /it is not a file/);
});

test('a recording with a wrong field, or of a newer gridrun, is refused by the name of the field', async () => {
  const facts = { ...RECORDING.log._gridrun };
  const ofFacts = async (change: object): Promise<string> =>
    await whyRefused(await changed((log) => Object.assign(log, { _gridrun: { ...facts, ...change } })));
  assert.match(await ofFacts({ format: RECORDING_FORMAT + 1 }), /its format is 2, of a newer gridrun/);
  assert.match(await ofFacts({ arm: 'both' }), /log\._gridrun\.arm in its HAR is wrong/);
  assert.match(await ofFacts({ bodyHashKey: 'xy' }), /log\._gridrun\.bodyHashKey/);
  assert.match(await ofFacts({ site: '../../outside' }), /log\._gridrun\.site/);
  assert.match(await ofFacts({ url: 'file:///etc/passwd' }), /log\._gridrun\.url/);
  const name = RECORDING.log.entries.flatMap(({ response }) => response.content._file ?? [])[0]!;
  const files = { ...Object.fromEntries(RECORDING.bodies), [HAR_NAME]: JSON.stringify({ log: RECORDING.log }) };
  assert.match(await whyRefused(await zipOf({ ...files, [name]: 'another' })), /the body of an answer, was changed/);
  const [entry] = RECORDING.log.entries;
  const outside = {
    ...entry,
    response: { ...entry!.response, content: { size: 1, mimeType: '', _file: '../../etc/passwd' } },
  };
  const why = await whyRefused(await changed((log) => Object.assign(log, { entries: [outside] })));
  assert.match(why, /log\.entries\.0\.response\.content\._file/);
});

test('the hash of a request body depends on the key, not on the boundary of a form, and confirms no guess', () => {
  const key = newBodyHashKey();
  const form = (boundary: string, value: string): Buffer =>
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="q"\r\n\r\n${value}\r\n--${boundary}--\r\n`);
  const hash = bodyHash(key, form('----WebKitFormBoundaryAAAA', 'x'));
  assert.equal(hash, bodyHash(key, form('----WebKitFormBoundaryBBBB', 'x')));
  assert.match(hash, /^[0-9a-f]{4}$/);
  const hashes = Array.from({ length: 200 }, (_, index) => bodyHash(key, Buffer.from(`password=${index}`)));
  assert.ok(new Set(hashes).size > 150, 'bodies are told apart');
  const others = Array.from({ length: 50 }, () => bodyHash(newBodyHashKey(), Buffer.from('password=1')));
  assert.ok(new Set(others).size > 25, 'another key, another hash');
});
