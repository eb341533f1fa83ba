import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { makeCertificate } from '../../src/replay/certificate.ts';
import { ReplayProxy } from '../../src/replay/replay-proxy.ts';
import { answer } from './answers.ts';

test('an answer that cannot be sent breaks the connection and counts as a miss', async () => {
  await using proxy = await ReplayProxy.open(makeCertificate(), 'abort');
  const url = 'http://a.test/app.js';
  proxy.play({ recordedAt: 0, answers: [answer(url, { status: 1000 })], hashOf: () => '' });
  const asked = request({ port: proxy.port, path: url, headers: { accept: '*/*', host: 'a.test' } }).end();
  await once(asked, 'error');
  assert.deepEqual(proxy.record().misses, [{ url, kind: 'script' }]);
});
