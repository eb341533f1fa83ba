import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rangeOf } from '../../src/replay/byte-range.ts';
import { replyOf } from '../../src/replay/reply.ts';
import { answer, asked } from './answers.ts';

const NOW = { origin: undefined, ageMs: 0 };
const URL_ = 'https://a.test/x';
const header = (name: string, value: string): { name: string; value: string } => ({ name, value });

test('the body is not compressed any more, and the headers say so', () => {
  const headers = [
    header('Content-Encoding', 'br'),
    header('Content-Length', '3'),
    header('Alt-Svc', 'h3=":443"'),
    header('X-Kept', 'yes'),
  ];
  const reply = replyOf(answer(URL_, { headers, text: 'whole' }), asked(URL_), NOW);
  assert.deepEqual(reply.headers, { 'x-kept': 'yes' });
  assert.equal(reply.body.toString(), 'whole');
});

test('headers that came several times stay apart or are joined, and what cannot be sent is left out', () => {
  const headers = [
    header('set-cookie', 'a=1\nb=2; Path=/'),
    header('vary', 'accept'),
    header('Vary', 'origin'),
    header('bad name', 'x'),
    header(':status', '200'),
  ];
  const reply = replyOf(answer(URL_, { headers }), asked(URL_), NOW);
  assert.deepEqual(reply.headers, { 'set-cookie': ['a=1', 'b=2; Path=/'], vary: 'accept, origin' });
});

test('an answer for the recorded id of an extension is one for the id that it has now', () => {
  const [then, now] = ['chrome-extension://aaaa', 'chrome-extension://bbbb'];
  const given = answer(URL_, { headers: [header('access-control-allow-origin', then)] });
  assert.equal(replyOf(given, asked(URL_), { ...NOW, origin: now }).headers['access-control-allow-origin'], now);
  assert.equal(
    replyOf(given, asked(URL_), { ...NOW, origin: 'https://a.test' }).headers['access-control-allow-origin'],
    then,
  );
});

test('a range of a whole answer is a 206, and a part without a range is a 200', () => {
  const whole = replyOf(answer(URL_, { text: '0123456789' }), asked(URL_, { range: 'bytes=2-4' }), NOW);
  assert.deepEqual([whole.status, whole.body.toString()], [206, '234']);
  assert.equal(whole.headers['content-range'], 'bytes 2-4/10');
  const part = answer(URL_, { status: 206, text: '0123', headers: [header('content-range', 'bytes 0-3/4')] });
  const all = replyOf(part, asked(URL_), NOW);
  assert.deepEqual([all.status, all.body.toString(), all.headers], [200, '0123', {}]);
});

test('a range that the recording lacks is answered as it was recorded', () => {
  const refused = answer(URL_, { status: 416, text: 'no' });
  assert.equal(replyOf(refused, asked(URL_, { range: 'bytes=90-' }), NOW).status, 416);
});

test('answers without a body have none', () => {
  for (const status of [204, 304])
    assert.equal(
      replyOf(answer(URL_, { status, text: 'x' }), asked(URL_, { isConditional: true }), NOW).body.length,
      0,
    );
  assert.equal(replyOf(answer(URL_, { text: 'x' }), asked(URL_, { method: 'HEAD' }), NOW).body.length, 0);
});

test('any range of a whole answer is that part of its bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(50), fc.nat(50), (bytes, first, length) => {
      const whole = answer(URL_, { body: Buffer.from(bytes) });
      const range = rangeOf(whole, `bytes=${first}-${first + length}`);
      if (first >= bytes.length) return assert.equal(range, undefined);
      assert.deepEqual(range?.body, Buffer.from(bytes).subarray(first, first + length + 1));
      return assert.match(range.contentRange, new RegExp(`^bytes ${first}-\\d+/${bytes.length}$`));
    }),
  );
});

test('dates are as old as they were in the recording, so that caches and cookies do as they did', () => {
  const headers = [
    header('date', 'Fri, 27 Nov 2026 02:00:00 GMT'),
    header('expires', '0'),
    header(
      'set-cookie',
      'a=1; Expires=Fri, 27 Nov 2026 03:00:00 GMT; Path=/\ngone=; expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ),
  ];
  const dayLater = { origin: undefined, ageMs: 86_400_000 };
  assert.deepEqual(replyOf(answer(URL_, { headers }), asked(URL_), dayLater).headers, {
    date: 'Sat, 28 Nov 2026 02:00:00 GMT',
    expires: '0',
    'set-cookie': [
      'a=1; Expires=Sat, 28 Nov 2026 03:00:00 GMT; Path=/',
      'gone=; expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ],
  });
});
