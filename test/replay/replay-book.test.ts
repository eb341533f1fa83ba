import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AskedRequest, RecordedAnswer } from '../../src/replay/recorded-answer.ts';
import { ReplayBook } from '../../src/replay/replay-book.ts';
import { answer, asked } from './answers.ts';

const HOSTS = ['https://a.test', 'https://b.test', 'http://a.test'];
const PATHS = ['/', '/x', '/x/y.js', '/item/1234567890123'];
const NAMES = ['q', 'page', '_', 'cb', 'token', 'lang'];

const URLS: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(...HOSTS),
    fc.constantFrom(...PATHS),
    fc.array(fc.tuple(fc.constantFrom(...NAMES), fc.nat(3)), { maxLength: 3 }),
  )
  .map(([host, path, query]) => {
    const parameters = query.map(([name, value]) => `${name}=${value}`).join('&');
    return `${host}${path}${parameters === '' ? '' : `?${parameters}`}`;
  });
const METHODS = fc.constantFrom('GET', 'POST');
const HASHES = fc.constantFrom(undefined, 'aaaa', 'bbbb');
const RECORDED: fc.Arbitrary<RecordedAnswer> = fc
  .tuple(URLS, METHODS, HASHES, fc.constantFrom(0, 200, 302, 304, 404), fc.boolean())
  .map(([url, method, bodyHash, status, isSecondHand]) => answer(url, { method, bodyHash, status, isSecondHand }));
const ASKED: fc.Arbitrary<AskedRequest> = fc
  .tuple(URLS, METHODS, HASHES, fc.boolean())
  .map(([url, method, bodyHash, isConditional]) => asked(url, { method, bodyHash, isConditional }));

const placeOf = (url: string): string => url.split('?', 1)[0]!;

test('only an answer of the same method, host and path is served, and a request that has one is never missed', () => {
  fc.assert(
    fc.property(fc.array(RECORDED, { maxLength: 8 }), fc.array(ASKED, { maxLength: 8 }), (answers, requests) => {
      const book = new ReplayBook(answers);
      for (const request of requests) {
        const found = book.find(request);
        const near = answers.filter(
          ({ method, url }) => method === request.method && placeOf(url) === placeOf(request.url),
        );
        if (found === undefined) assert.equal(near.length, 0);
        else assert.ok(near.includes(found));
      }
    }),
  );
});

test('an answer to the very same method, URL and body goes before any other', () => {
  fc.assert(
    fc.property(fc.array(RECORDED, { minLength: 1, maxLength: 8 }), fc.nat(), (answers, pick) => {
      const wanted = answers[pick % answers.length]!;
      const found = new ReplayBook(answers).find(
        asked(wanted.url, { method: wanted.method, bodyHash: wanted.bodyHash, isConditional: true }),
      );
      assert.equal(found?.url.replace(/token=\d/g, ''), wanted.url.replace(/token=\d/g, ''));
      assert.equal(found.bodyHash, wanted.bodyHash);
    }),
  );
});

test('a failed answer is never served while another fits as well', () => {
  fc.assert(
    fc.property(fc.array(RECORDED, { maxLength: 8 }), ASKED, fc.nat(5), (answers, request, times) => {
      const book = new ReplayBook(answers);
      const exact = answers.filter(
        ({ method, url, bodyHash }) =>
          method === request.method && url === request.url && bodyHash === request.bodyHash,
      );
      if (!exact.some(({ status }) => status !== 0)) return;
      for (let time = 0; time <= times; time++) assert.notEqual(book.find(request)?.status, 0);
    }),
  );
});

test('repeats come in the order of the recording, and the last one is repeated', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.nat(12), (recorded, times) => {
      const answers = Array.from({ length: recorded }, (_, index) => answer('https://a.test/', { text: `${index}` }));
      const book = new ReplayBook(answers);
      const served = Array.from({ length: times }, () => book.find(asked('https://a.test/'))?.body.toString());
      assert.deepEqual(
        served,
        Array.from({ length: times }, (_, index) => `${Math.min(index, recorded - 1)}`),
      );
    }),
  );
});

/** The text of the answer that a book of these serves. */
function served(answers: readonly RecordedAnswer[], request: AskedRequest): string | undefined {
  return new ReplayBook(answers).find(request)?.body.toString();
}

test('cache busters and long numbers do not count, unless a URL is the very same', () => {
  const answers = [
    answer('https://a.test/app.js?v=2&_=1700000000', { text: 'old' }),
    answer('https://a.test/app.js?v=3&cb=5', { text: 'new' }),
    answer('https://a.test/1700000000123/pixel?t=1', { text: 'pixel' }),
  ];
  assert.equal(served(answers, asked('https://a.test/app.js?v=3&ts=99')), 'new');
  assert.equal(served(answers, asked('https://a.test/app.js?v=2&_=1700000001&rnd=4')), 'old');
  assert.equal(served(answers, asked('https://a.test/1799999999999/pixel')), 'pixel');
});

test('of URLs that differ, the one with the most equal parameters is served', () => {
  const answers = [
    answer('https://a.test/search?q=shoes&page=2', { text: 'second' }),
    answer('https://a.test/search?q=shoes&page=1&sort=up', { text: 'sorted' }),
    answer('https://a.test/search?q=hats&page=1', { text: 'hats' }),
  ];
  assert.equal(served(answers, asked('https://a.test/search?q=shoes&page=1')), 'sorted');
  assert.equal(served(answers, asked('https://a.test/search?q=hats')), 'hats');
  assert.equal(served(answers, asked('https://a.test/other?q=hats')), undefined);
});

test('a body tells requests to one URL apart', () => {
  const posts = ['aaaa', 'bbbb'].map((bodyHash) =>
    answer('https://a.test/api', { method: 'POST', bodyHash, text: bodyHash }),
  );
  assert.equal(served(posts, asked('https://a.test/api', { method: 'POST', bodyHash: 'bbbb' })), 'bbbb');
  assert.equal(served(posts, asked('https://a.test/api', { method: 'POST', bodyHash: 'cccc' })), 'aaaa');
  assert.equal(served(posts, asked('https://a.test/api?x=1', { method: 'POST', bodyHash: 'bbbb' })), 'bbbb');
  assert.equal(served(posts, asked('https://a.test/api')), undefined);
});

test('a secret that was blanked in a recorded URL stands for any', () => {
  const answers = [
    answer('https://a.test/login?access_token=****************&lang=de', { text: 'parameter' }),
    answer('https://a.test/u/*********/home', { text: 'path' }),
    answer('https://a.test/u/me', { text: 'me' }),
  ];
  assert.equal(served(answers, asked('https://a.test/login?access_token=s3cr3t&lang=de')), 'parameter');
  assert.equal(served(answers, asked('https://a.test/login?access_token=***&lang=de')), 'parameter');
  assert.equal(served(answers, asked('https://a.test/u/alice4711/home')), 'path');
  assert.equal(served(answers, asked('https://a.test/u/alice4711/other')), undefined);
  assert.equal(served(answers, asked('https://a.test/u/me')), 'me');
});

test('"not modified" is for a browser that has a copy', () => {
  const answers = [answer('https://a.test/', { text: 'page' }), answer('https://a.test/', { status: 304 })];
  const book = new ReplayBook(answers);
  const conditional = asked('https://a.test/', { isConditional: true });
  assert.equal(book.find(asked('https://a.test/'))?.status, 200);
  assert.equal(book.find(conditional)?.status, 304);
  assert.equal(book.find(asked('https://a.test/'))?.status, 200);
});

test('a range is served from the part that holds it', () => {
  const part = (first: number, text: string): RecordedAnswer =>
    answer('https://a.test/v.mp4', {
      status: 206,
      text,
      headers: [{ name: 'Content-Range', value: `bytes ${first}-${first + text.length - 1}/10` }],
    });
  const answers = [part(0, '01234'), part(5, '56789')];
  assert.equal(served(answers, asked('https://a.test/v.mp4', { range: 'bytes=6-7' })), '56789');
  assert.equal(served(answers, asked('https://a.test/v.mp4', { range: 'bytes=0-' })), '01234');
});

test('what a service worker or a cache answered is only served if nothing else is there', () => {
  const answers = [
    answer('https://a.test/x', { isSecondHand: true, text: 'worker' }),
    answer('https://a.test/x', { text: 'network' }),
  ];
  assert.equal(served(answers, asked('https://a.test/x')), 'network');
  assert.equal(served(answers.slice(0, 1), asked('https://a.test/x')), 'worker');
});

test('a request for the headers alone is answered from the whole answer', () => {
  assert.equal(served([answer('https://a.test/x', { text: 'x' })], asked('https://a.test/x', { method: 'HEAD' })), 'x');
});
