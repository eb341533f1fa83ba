import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { GridrunError } from '../../src/core/fault.ts';
import { authorizationOf, parseEndpoint, reachableSocket, withoutCredentials } from '../../src/wire/endpoint.ts';

test('a URL is split into its parts', () => {
  assert.deepEqual(parseEndpoint('http://bob:s%40cret@hub:4444/wd/hub/'), {
    origin: 'http://hub:4444',
    prefix: '/wd/hub',
    authorization: `Basic ${btoa('bob:s@cret')}`,
    shown: 'http://hub:4444/wd/hub',
  });
  assert.equal(parseEndpoint('https://hub').authorization, undefined);
});

test('a text that is not a URL is refused without its credentials', () => {
  for (const url of [
    'http://bob:ab/s3cret@hub:4444',
    'bob:s3cret@hub:4444',
    'http://bob:a@b s3cret@hub:44x',
    'hub:4444',
    'ftp://bob:s3cret@hub',
    'http://bob:s3cret@hub:99999',
    'http://bob:s3cret@',
  ]) {
    assert.throws(
      () => parseEndpoint(url),
      (error) => error instanceof GridrunError && error.answer === 'refuse' && !error.message.includes('s3cret'),
    );
  }
});

test('credentials are removed from any text', () => {
  const word = fc.string({ minLength: 3, unit: fc.constantFrom(...'abcXYZ019@:!$&*+,;=%._~-') });
  fc.assert(
    fc.property(word, word, (name, password) => {
      const text = withoutCredentials(
        `asked http://${name}x:${password}y@hub:4444/status and wss://${name}:${password}@hub`,
      );
      assert.equal(text, 'asked http://hub:4444/status and wss://hub');
    }),
  );
  assert.equal(
    withoutCredentials('mail bob@example.com about http://hub/a@b'),
    'mail bob@example.com about http://hub/a@b',
  );
});

test('the hub’s websocket address becomes one that works from here', () => {
  assert.equal(
    reachableSocket('ws://hub:4444/session/1/se/bidi', 'http://bob:x@grid.example:8080/'),
    'ws://bob:x@grid.example:8080/session/1/se/bidi',
  );
  assert.equal(
    reachableSocket('ws://10.0.0.3:4444/session/1/se/bidi', 'https://grid.example/'),
    'wss://grid.example/session/1/se/bidi',
  );
});

test('a % in a password that begins no code stands for itself', () => {
  assert.equal(authorizationOf(new URL('http://u:50%25off@hub:4444')), `Basic ${btoa('u:50%off')}`);
  assert.equal(authorizationOf(new URL('http://u:50%off@hub:4444')), `Basic ${btoa('u:50%off')}`);
});
