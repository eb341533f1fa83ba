import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasFailed, tellingAttempts } from '../../src/core/attribution/loads.ts';
import { makeFault } from '../../src/core/fault.ts';
import type { AttemptOutcome } from '../../src/core/ports.ts';
import { MAX_MISSES, neededMisses, type RequestKind } from '../../src/core/replay-record.ts';
import { Play } from '../../src/replay/play.ts';
import { withRecord } from '../../src/replay/incomplete.ts';
import { answer, asked } from './answers.ts';
import { ofAnyChrome, replayCapabilities } from '../../src/replay/replay-chrome.ts';

const OUTCOME: AttemptOutcome = {
  ending: 'completed',
  sessionDirty: false,
  checks: [
    { title: 'a', status: 'passed', durationMs: 1 },
    { title: 'b', status: 'failed', durationMs: 1, fault: makeFault('check.failed', 'no field') },
    { title: 'c', status: 'errored', durationMs: 1, fault: makeFault('grid.no-answer', 'gone') },
  ],
};

const lacking = (kind: RequestKind): AttemptOutcome =>
  withRecord(OUTCOME, { hits: 3, misses: [{ url: 'https://a.test/x', kind }] });

test('a failure while a document, script or style sheet was missing is errored, cause site', () => {
  for (const kind of ['document', 'script', 'style'] as const) {
    const { checks } = lacking(kind);
    assert.deepEqual(
      checks.map(({ status, fault }) => [status, fault?.code, fault?.cause]),
      [
        ['passed', undefined, undefined],
        ['errored', 'replay.incomplete', 'site'],
        ['errored', 'grid.no-answer', 'grid'],
      ],
    );
    assert.equal(
      checks[1]?.fault?.message,
      `the recording lacks ${kind} https://a.test/x; the page failed with: no field`,
    );
  }
});

test('any other miss leaves the failure as it is', () => {
  for (const kind of ['image', 'font', 'media', 'fetch', 'websocket', 'other'] as const)
    assert.deepEqual(lacking(kind).checks, OUTCOME.checks);
});

test('an attempt that ran out of time on such a page is the recording’s fault too', () => {
  const fault = makeFault('site.timeout', 'too slow');
  const record = { hits: 0, misses: [{ url: 'https://a.test/', kind: 'script' as const }] };
  assert.equal(withRecord({ ...OUTCOME, ending: 'timed-out', fault }, record).fault?.code, 'replay.incomplete');
});

test('a failure on a page that was not whole says nothing about a build', () => {
  const attempt = { siteId: 'a', attempt: 1, arm: 'subject', startedAt: 0, durationMs: 1 } as const;
  const [whole, part] = [lacking('image'), lacking('script')].map(({ checks, ending }) => ({
    ...attempt,
    checks,
    ending,
  }));
  assert.deepEqual(tellingAttempts([whole!, part!]), [whole]);
  assert.ok(hasFailed(whole!));
});

test('nothing that the user sets leads a browser around its proxy', () => {
  const args = [
    '--proxy-server=proxy:1',
    '--host-resolver-rules=MAP * 10.0.0.1',
    '--lang=de',
    '--no-proxy-server',
    '--webrtc-ip-handling-policy=default',
  ];
  const given = {
    proxy: { proxyType: 'direct' },
    acceptInsecureCerts: true,
    'goog:chromeOptions': { args, prefs: { a: 1 } },
  };
  assert.deepEqual(replayCapabilities(given, { port: 7, spkiHash: 'h=' }), {
    acceptInsecureCerts: true,
    'goog:chromeOptions': {
      prefs: { a: 1 },
      args: [
        '--lang=de',
        '--proxy-server=127.0.0.1:7',
        '--proxy-bypass-list=<-loopback>',
        '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
        '--ignore-certificate-errors-spki-list=h=',
        '--disable-quic',
        '--webrtc-ip-handling-policy=disable_non_proxied_udp',
      ],
    },
  });
});

test("of a grid's capabilities, this machine's Chrome takes those that any Chrome has", () => {
  const given = {
    browserVersion: '156',
    platformName: 'linux',
    'se:name': 'night',
    'vendor:options': { video: true },
    acceptInsecureCerts: true,
    'goog:loggingPrefs': { browser: 'ALL' },
    'goog:chromeOptions': { binary: '/opt/node/chrome', debuggerAddress: '10.0.0.1:9222', args: ['--lang=de'] },
  };
  assert.deepEqual(ofAnyChrome(given), {
    acceptInsecureCerts: true,
    'goog:loggingPrefs': { browser: 'ALL' },
    'goog:chromeOptions': { args: ['--lang=de'] },
  });
  assert.deepEqual(ofAnyChrome({}), {});
  assert.deepEqual(ofAnyChrome({ 'goog:chromeOptions': null }), { 'goog:chromeOptions': {} });
});

test('a request that was missed is shown without its tokens and credentials', () => {
  const play = new Play({ recordedAt: 0, answers: [], hashOf: () => '' });
  play.missed('https://me:hidden@a.test/x?access_token=abc123&page=2', 'script');
  play.missed('wss://a.test/live?sid=abc123', 'websocket');
  assert.deepEqual(
    play.record().misses.map(({ url }) => url),
    ['https://a.test/x?access_token=***&page=2', 'wss://a.test/live?sid=***'],
  );
});

test('a lacking script is told, however many other requests were missed before it', () => {
  const play = new Play({ recordedAt: 0, answers: [], hashOf: () => '' });
  for (let index = 0; index < 2 * MAX_MISSES; index++) play.missed(`https://a.test/poll?n=${index}`, 'fetch');
  play.missed('https://a.test/app.js', 'script');
  const record = play.record();
  assert.equal(record.misses.length, MAX_MISSES);
  assert.deepEqual(neededMisses(record), [{ url: 'https://a.test/app.js', kind: 'script' }]);
});

test('a recorded part of a file answers no request for another part, nor for the whole', () => {
  const headers = [{ name: 'content-range', value: 'bytes 0-9/5000' }];
  const part = answer('https://a.test/f', { status: 206, text: '0123456789', headers });
  const play = new Play({ recordedAt: 0, answers: [part], hashOf: () => '' });
  assert.equal(play.answerTo(asked('https://a.test/f', { range: 'bytes=1000-1009' })), undefined);
  assert.equal(play.answerTo(asked('https://a.test/f')), undefined);
  assert.equal(play.answerTo(asked('https://a.test/f', { range: 'bytes=2-4' })), part);
  assert.equal(play.record().hits, 1);
});
