import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takeBodies, type BodiesOptions } from '../../../../src/check/worker/recorder/bodies.ts';
import { Traffic, type Exchange } from '../../../../src/check/worker/recorder/traffic.ts';
import { DEADLINE } from '../../../../src/wire/classify.ts';
import { WireError } from '../../../../src/wire/wire-error.ts';

const LIMITS = { deadlineMs: 1_000 };

/** Answers that have come, by their name: their type, and their bytes as the events count them. */
function exchangesOf(answers: Readonly<Record<string, readonly [type: string, bytes: number]>>): readonly Exchange[] {
  const traffic = new Traffic();
  for (const [name, [type, bytes]] of Object.entries(answers)) {
    const url = `https://shop.test/${name}`;
    const send = (method: string, params: object): void =>
      traffic.add(`Network.${method}`, { requestId: name, ...params }, 'tab', undefined);
    send('requestWillBeSent', { request: { url, method: 'GET', headers: {} }, type });
    send('responseReceived', { response: { url, status: 200, statusText: '', headers: {}, mimeType: '' }, type });
    send('dataReceived', { dataLength: bytes });
    send('loadingFinished', {});
  }
  return traffic.exchanges;
}

async function taken(exchanges: readonly Exchange[], more: Partial<BodiesOptions>): Promise<Record<string, string>> {
  const client: BodiesOptions['client'] = {
    send: async (_method, params) => {
      const { requestId } = params as { requestId: string };
      return { body: requestId.padEnd(10, '.'), base64Encoded: false };
    },
  };
  const bodies = await takeBodies(exchanges, {
    client,
    limits: LIMITS,
    tabs: new Set(['tab']),
    maxBytes: 1_000,
    ...more,
  });
  return Object.fromEntries(
    [...bodies].map(([{ requestId }, body]) => [requestId, typeof body === 'string' ? body : String(body.bytes)]),
  );
}

test('documents, scripts and styles come first, and no more than fits is asked for', async () => {
  const exchanges = exchangesOf({
    film: ['Media', 10],
    picture: ['Image', 10],
    style: ['Stylesheet', 10],
    script: ['Script', 10],
    page: ['Document', 10],
    huge: ['Script', 5_000],
  });
  assert.deepEqual(await taken(exchanges, { maxBytes: 30 }), {
    page: 'page......',
    script: 'script....',
    style: 'style.....',
    huge: 'record-max',
    picture: 'record-max',
    film: 'record-max',
  });
});

test('a body that is larger than the events said does not go over the limit either', async () => {
  const bodies = await taken(exchangesOf({ a: ['Script', 0], b: ['Script', 0], c: ['Script', 0] }), { maxBytes: 25 });
  assert.deepEqual(Object.values(bodies).toSorted(), ['a.........', 'b.........', 'record-max']);
});

test('the body of a frame that has gone is asked for at another target', async () => {
  const asked: (string | undefined)[] = [];
  const client: BodiesOptions['client'] = {
    send: async (_method, _params, _limits, tab) => {
      asked.push(tab);
      return { body: Buffer.from('x').toString('base64'), base64Encoded: true };
    },
  };
  const exchanges = exchangesOf({ a: ['Script', 1] });
  assert.deepEqual(await taken(exchanges, { client, tabs: new Set(['other', 'third']) }), { a: 'x' });
  assert.deepEqual(asked, ['other']);
});

test('each body that does not come has its reason', async () => {
  const fails = (error: Error): BodiesOptions['client'] => ({ send: async () => await Promise.reject(error) });
  const exchanges = exchangesOf({ a: ['Script', 1] });
  const noData = fails(new WireError('devtools error', 'x', 'No data found'));
  assert.deepEqual(await taken(exchanges, { client: noData }), { a: 'gone' });
  assert.deepEqual(await taken(exchanges, { client: fails(new WireError(DEADLINE, 'x', 'late')) }), { a: 'time' });
  assert.deepEqual(await taken(exchanges, { limits: { ...LIMITS, signal: AbortSignal.abort() } }), { a: 'time' });
  const [open] = exchangesOf({ a: ['Script', 1] });
  assert.ok(open);
  open.end = undefined;
  assert.deepEqual(await taken([open], { client: noData }), { a: 'unfinished' });
});
