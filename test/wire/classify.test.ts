import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { classify, mayBeDone } from '../../src/wire/classify.ts';

// Real messages of the browser, its driver and the grid.
const SEEN: readonly (readonly [wireCode: string, message: string, code: string, lost: boolean])[] = [
  ['invalid session id', 'invalid session id', 'browser.crashed', true],
  [
    'invalid session id',
    'invalid session id: session deleted as the browser has closed the connection\nfrom disconnected: not connected to DevTools',
    'browser.crashed',
    true,
  ],
  ['invalid session id', 'Unable to find session with ID: 6fd5b8f5bea9b85e0486fd03eb38e455', 'grid.session-lost', true],
  ['unknown error', 'disconnected: Unable to receive message from renderer', 'browser.crashed', true],
  ['tab crashed', 'tab crashed', 'browser.tab-crashed', true],
  [
    'unknown error',
    'unknown error: session deleted because of page crash\nfrom tab crashed',
    'browser.tab-crashed',
    true,
  ],
  ['session not created', 'Could not start a new session. New session request timed out', 'grid.queue-timeout', true],
  ['session not created', 'session not created: Chrome instance exited', 'browser.not-started', true],
  ['ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:4444', 'grid.unreachable', true],
  ['UND_ERR_SOCKET', 'other side closed', 'grid.unreachable', true],
  ['deadline', 'no answer in 10 ms', 'grid.no-answer', false],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed certificate', 'grid.certificate', true],
  ['CERT_HAS_EXPIRED', 'certificate has expired', 'grid.certificate', true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'Host: a. is not in the cert', 'grid.certificate', true],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'wrong version number', 'grid.unreachable', true],
  ['unauthorized', 'no', 'grid.unauthorized', false],
  ['not w3c', 'HTTP 404', 'grid.not-webdriver', true],
  ['unknown error', 'unknown error: net::ERR_NAME_NOT_RESOLVED', 'site.unreachable', false],
  [
    'unknown error',
    'Unable to execute request for an existing session: Connection error (GET http://10.0.0.2:5555/session/1/url)',
    'grid.session-lost',
    true,
  ],
  ['unknown error', 'Connection error (GET http://localhost:14450/session/1/title)', 'grid.session-lost', true],
  ['javascript error', 'Connection error (GET http://localhost:14450/)', 'check.command-refused', false],
  ['javascript error', 'javascript error: tab crashed net::ERR_FAILED disconnected: ', 'check.command-refused', false],
  [
    'unexpected alert open',
    'unexpected alert open: {Alert text : chrome not reachable}',
    'check.command-refused',
    false,
  ],
  ['no such window', 'no such window: target window already closed', 'check.command-refused', false],
  ['no such element', 'no such element: Unable to locate element', 'check.command-refused', false],
];

for (const [wireCode, message, code, lost] of SEEN) {
  test(`${wireCode}: ${message.slice(0, 50)} is ${code}`, () => {
    const judgement = classify(wireCode, message);
    assert.equal(judgement.code, code);
    assert.equal(judgement.sessionLost, lost);
  });
}

test('every error has a code', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (wireCode, message) => classify(wireCode, message).code.includes('.')),
  );
});

test('only a request that was never sent is surely not carried out', () => {
  assert.equal(mayBeDone('ECONNREFUSED'), false);
  assert.equal(mayBeDone('ENOTFOUND'), false);
  assert.equal(mayBeDone('session not created'), false);
  for (const code of ['ECONNRESET', 'UND_ERR_SOCKET', 'deadline', 'aborted', 'unavailable'])
    assert.equal(mayBeDone(code), true, code);
});
