import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { BidiClient } from '../../src/wire/bidi-client.ts';
import { hideInTrace, startTrace, trace } from '../../src/wire/protocol-trace.ts';
import { WireClient } from '../../src/wire/wire-client.ts';
import { answerValue, startHttpServer } from '../support/http-server.ts';

const lines: string[] = [];
startTrace((_at, text) => void lines.push(text.replaceAll(/:\d+\//g, ':N/').replace(/\d+ ms$/, 'N ms')));
afterEach(() => void lines.splice(0));

const LIMITS = { deadlineMs: 10_000 };

test('a wire command is a line with its status', async () => {
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/session') answerValue(response, {});
    else answerValue(response, { error: 'no such window', message: 'gone' }, 404);
  });
  const client = new WireClient(server.url.replace('://', '://bob:pass@'));
  await client.send('POST', '/session', {}, LIMITS);
  await assert.rejects(client.send('GET', '/session/s1/window', undefined, LIMITS));
  assert.deepEqual(lines, [
    'http POST http://127.0.0.1:N/session: 200, N ms',
    'http GET http://127.0.0.1:N/session/s1/window: 404, N ms',
  ]);
});

test('a command without a reply has the code of its error as status', async () => {
  await using server = await startHttpServer(() => {});
  await assert.rejects(new WireClient(server.url).send('GET', '/status', undefined, { deadlineMs: 20 }));
  await assert.rejects(BidiClient.connect('ws://bob:pass@127.0.0.1:1/session/s1', LIMITS));
  assert.deepEqual(lines, [
    'http GET http://127.0.0.1:N/status: deadline, N ms',
    'bidi CONNECT ws://127.0.0.1:N/session/s1: ECONNREFUSED, N ms',
  ]);
});

test('secrets are removed before a line is cut, also those that are added later', () => {
  const secrets: string[] = ['planted-one'];
  hideInTrace(secrets);
  trace(`${'x'.repeat(995)}planted-one`);
  secrets.push('planted-two');
  trace('a planted-two\nb \u001b[31m http://bob:pass@host/');
  assert.deepEqual(lines, [`${'x'.repeat(995)}***`, 'a ***\\nb \\x1b[31m http://host/']);
  trace('y'.repeat(5_000));
  assert.equal(lines.at(-1), `${'y'.repeat(1_000)}…`);
});
