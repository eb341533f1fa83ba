import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reasonsOf, withReasons } from '../../src/core/error-reasons.ts';
import { faultOf } from '../../src/core/fault.ts';

test('a cause, its cause, and each error of an AggregateError are lines below the message', () => {
  const refused = new TypeError('connect refused', { cause: { syscall: 'connect', port: 1 } });
  const error = new AggregateError([refused, 'a text', 7], 'all failed', { cause: new Error('outermost') });
  assert.equal(
    withReasons(error.message, reasonsOf(error)),
    [
      'all failed',
      '  error 1 of 3: TypeError: connect refused',
      '    cause: { syscall: "connect", port: 1 }',
      '  error 2 of 3: a text',
      '  error 3 of 3: 7',
      '  cause: outermost',
    ].join('\n'),
  );
});

test('a reason that the message names already is not repeated', () => {
  const error = new Error('could not log in: no such user', { cause: new Error('no such user') });
  assert.equal(withReasons(error.message, reasonsOf(error)), error.message);
});

test('cycles, endless chains, getters that throw and long texts end, and nothing throws', () => {
  const cycle = new Error('cycle');
  cycle.cause = new Error('inner', { cause: cycle });
  assert.deepEqual(
    reasonsOf(cycle).map(({ text }) => text),
    ['inner'],
  );
  class Endless extends Error {
    override get cause(): Error {
      return new Endless('more');
    }
  }
  assert.equal(reasonsOf(new Endless('endless')).length, 5);
  const throwing = Object.defineProperty(new Error('outer'), 'cause', {
    get: () => {
      throw new Error('no');
    },
  });
  assert.deepEqual(reasonsOf(throwing), []);
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  for (const errors of [proxy, { length: 3 }, null, 'abc']) assert.deepEqual(reasonsOf({ errors }), []);
  const many = new AggregateError(
    Array.from({ length: 10_000 }, (_, index) => new Error(`${index} ${'x'.repeat(10_000)}`)),
  );
  assert.equal(reasonsOf(many).length, 5);
  assert.ok(reasonsOf(many).every(({ text }) => text.length < 700));
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  assert.equal(reasonsOf(new Error('x', { cause: revoked.proxy })).length, 1);
});

test('a bug in gridrun shows its reasons too', () => {
  assert.match(faultOf(new Error('outer', { cause: new Error('inner') })).message, /^outer\n {2}cause: inner$/);
});
