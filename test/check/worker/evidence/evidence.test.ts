import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { WebSocketServer, type WebSocket } from 'ws';
import { ConsoleLog } from '../../../../src/check/worker/evidence/console-log.ts';
import type { NetworkEvent } from '../../../../src/check/worker/evidence/har-entry.ts';
import { LastTexts } from '../../../../src/check/worker/evidence/last-texts.ts';
import { mhtmlWithoutSecrets } from '../../../../src/check/worker/evidence/mhtml.ts';
import { RequestLog } from '../../../../src/check/worker/evidence/request-log.ts';
import { Redaction } from '../../../../src/text/redaction.ts';
import { checkFile } from '../../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../../suite-bench.ts';

const asItIs = (text: string): string => text;

type Answer = (client: WebSocket, id: number, method: string) => void;

const good: Answer = (client, id, method) =>
  client.send(
    JSON.stringify({ type: 'success', id, result: method === 'session.subscribe' ? { subscription: 's' } : {} }),
  );

/** What can go wrong with a socket, by the command at which it does. */
const FAULTS: Readonly<Record<string, Answer>> = {
  'never answers': () => {},
  'refuses to subscribe': (client, id) =>
    client.send(JSON.stringify({ type: 'error', id, error: 'unknown command', message: 'no' })),
  'dies at once': (client) => client.terminate(),
  'dies when it is asked for the page': (client, id, method) =>
    method.startsWith('goog:') ? client.terminate() : good(client, id, method),
  'never answers again': (client, id, method) => void (method === 'session.subscribe' && good(client, id, method)),
  'speaks something else': (client) => client.send('<html>'),
  'sends events of another form': (client, id, method) => {
    good(client, id, method);
    for (const event of ['log.entryAdded', 'network.responseCompleted', 'network.fetchError'])
      client.send(JSON.stringify({ type: 'event', method: event, params: { timestamp: 'x' } }));
  },
};

for (const [fault, answer] of Object.entries(FAULTS)) {
  test(`a BiDi socket that ${fault} changes no result, and costs no other evidence`, async () => {
    const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(sockets, 'listening');
    sockets.on('connection', (client) => {
      client.on('message', (data: Buffer) => {
        const { id, method } = JSON.parse(data.toString()) as { id: number; method: string };
        answer(client, id, method);
      });
    });
    try {
      await using bench = await startBench({
        files: checkFile(
          'esm',
          `
          it('passes', async () => { await driver.get(site.url); });
          it('fails', async () => { assert.fail('no'); });`,
        ),
      });
      const session = {
        ...(await bench.session()),
        webSocketUrl: `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}/`,
      };
      const outcome = await bench.attempt({ site: siteNamed('one'), session });
      assert.equal(outcome.ending, 'completed', JSON.stringify(outcome.fault));
      assert.deepEqual(statuses(outcome), ['passes: passed', 'fails: failed']);
      assert.equal(outcome.sessionDirty, false);
      assert.deepEqual(
        outcome.checks[1]?.attachments?.map(({ name }) => name),
        ['screenshot.png', 'page.html'],
      );
      assert.deepEqual(bench.late, []);
    } finally {
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    }
  });
}

test('of a source of 12 MB the first 10 are kept, and no half of a secret', async () => {
  process.env['BENCH_TOKEN'] = 'harbour-gate';
  await using bench = await startBench({
    files: checkFile('esm', "it('fails', () => { assert.fail('no'); });"),
    stub: { pages: { source: () => `${'x'.repeat(10 * 1024 * 1024 - 6)}harbour-gate${'y'.repeat(2 * 1024 * 1024)}` } },
  });
  await bench.attempt({ site: { ...siteNamed('one'), env: ['BENCH_TOKEN'] } });
  const source = await readFile(join(bench.dir, 'out/evidence/one/fails/1/page.html'), 'utf8');
  assert.equal(source.length, 10 * 1024 * 1024);
  assert.match(source.slice(-10), /^x{4}\*{3}y{3}$/);
});

test('a film strip has the first 20 pictures of an attempt and the newest 80', async () => {
  await using bench = await startBench({
    trace: true,
    files: checkFile(
      'esm',
      "it('fails', async () => { await driver.get(site.url); for (let i = 0; i < 129; i++) await driver.executeScript('return 1'); assert.fail('no'); });",
    ),
    checkTimeoutMs: 60_000,
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  const numbers = (outcome.checks[0]?.attachments ?? [])
    .flatMap(({ name }) => /^trace-(\d+)-/.exec(name)?.[1] ?? [])
    .map(Number);
  const wanted = Array.from({ length: 130 }, (_, index) => index + 1).filter((number) => number <= 20 || number > 50);
  assert.deepEqual(numbers, wanted);
  const files = await readdir(join(bench.dir, 'out/evidence/one/fails/1'));
  assert.equal(files.filter((name) => name.startsWith('trace-')).length, 100);
});

test('the newest texts are kept, never more than the bounds', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 30 })), fc.nat(10), fc.nat(100), (texts, maxCount, maxChars) => {
      const last = new LastTexts({ maxCount, maxChars });
      for (const text of texts) last.add(text);
      const kept = last.list();
      assert.ok(kept.length <= maxCount && kept.join('').length <= maxChars);
      assert.deepEqual(kept, texts.slice(texts.length - kept.length));
      assert.equal(last.droppedCount + kept.length, texts.length);
    }),
  );
});

test('a console of a million characters is 256 KB, and no secret is cut in two', () => {
  const redaction = new Redaction(['harbour-gate']);
  const log = new ConsoleLog((text) => redaction.text(text));
  for (let line = 0; line < 1_000; line++)
    log.add({ type: 'console', level: 'info', timestamp: 0, text: `${'x'.repeat(9_994)}harbour-gate${line}` });
  const text = log.text();
  assert.ok(text.length <= 257 * 1024, `${text.length}`);
  assert.ok(!text.includes('harbo'), 'the first half of a secret is there');
});

test('of ten thousand requests the newest thousand are an archive that can be read', () => {
  const redaction = new Redaction(['log', 'harbour gate', '"}']);
  const log = new RequestLog({ clean: (text) => redaction.text(text), onSecret: () => {} });
  const timings = {
    dnsStart: 0,
    dnsEnd: 2,
    connectStart: 2,
    connectEnd: 7,
    tlsStart: 4,
    requestStart: 7.5,
    responseStart: 20,
    responseEnd: 21,
  };
  for (let index = 0; index < 10_000; index++) {
    const headers = [
      { name: 'Authorization', value: { value: 'Basic x' } },
      { name: 'x-who', value: { value: 'harbour gate "} log' } },
    ];
    const url = `https://a.example/?q=harbour+gate&n=${index}`;
    log.add({
      timestamp: 1_000,
      errorText: 'net::ERR_FAILED',
      request: { method: 'GET', url, headers, headersSize: 1, bodySize: null, timings },
    } satisfies NetworkEvent);
  }
  const har = log.har();
  assert.ok(!/harbour.gate|Basic x/.test(har));
  const { entries, comment } = (JSON.parse(har) as { log: { entries: Record<string, never>[]; comment: string } }).log;
  assert.equal(entries.length, 1_000);
  assert.equal(comment, '9000 older requests are left out');
  assert.deepEqual(entries[999]?.['timings'], {
    blocked: 0.5,
    dns: 2,
    connect: 5,
    ssl: 3,
    send: 0,
    wait: 12.5,
    receive: 1,
  });
  assert.equal(entries[999]?.['time'], 21);
  assert.deepEqual((entries[999]?.['request'] as { queryString: unknown } | undefined)?.queryString, [
    { name: 'q', value: '***' },
    { name: 'n', value: '9999' },
  ]);
});

/** As Chrome writes a part: escaped, and in lines of 76 characters. */
function quotedPrintable(text: string): string {
  const escaped = [...Buffer.from(text)].map((byte) =>
    byte > 32 && byte < 127 && byte !== 61
      ? String.fromCharCode(byte)
      : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  );
  const lines = [''];
  for (const piece of escaped) {
    if (lines.at(-1)!.length + piece.length > 75) lines.push('');
    lines[lines.length - 1] += piece;
  }
  return lines.join('=\r\n');
}

function mhtml(type: string, encoding: string, body: string): string {
  const head =
    'From: <Saved by Blink>\r\nSnapshot-Content-Location: http://bob:pw@a.example/\r\nContent-Type: multipart/related;\r\n\tboundary="--B--"\r\n\r\n';
  return `${head}\r\n----B--\r\nContent-Type: ${type}\r\nContent-Transfer-Encoding: ${encoding}\r\nContent-Location: http://bob:pw@a.example/\r\n\r\n${body}\r\n----B----\r\n`;
}

test('a page as MHTML is kept only where no secret is in any of its parts', () => {
  const secret = fc
    .string({ minLength: 4, maxLength: 40, unit: fc.constantFrom(...'abcXYZ0189=&+ -_~/') })
    .filter((text) => text.trim().length >= 4);
  fc.assert(
    fc.property(secret, fc.string({ maxLength: 200 }), fc.boolean(), (hidden, before, quoted) => {
      const body = (text: string): string => (quoted ? quotedPrintable(text) : Buffer.from(text).toString('base64'));
      const page = (text: string): string => mhtml('text/css', quoted ? 'quoted-printable' : 'base64', body(text));
      assert.equal(mhtmlWithoutSecrets(page(`${before}${hidden}!`), new Redaction([hidden])), undefined);
    }),
  );
  const clean = mhtmlWithoutSecrets(
    mhtml('text/html', 'quoted-printable', quotedPrintable('<p>Grüße</p>')),
    new Redaction(['harbour']),
  );
  assert.match(clean ?? '', /Content-Location: http:\/\/a\.example\/\r\n/);
  assert.ok(!clean?.includes('bob'), 'credentials are left');
  assert.equal(
    mhtmlWithoutSecrets(mhtml('text/html', 'quoted-printable', 'x'), new Redaction(['gruß'])),
    undefined,
    'it has other bytes in other encodings',
  );
  assert.equal(
    mhtmlWithoutSecrets(
      mhtml('text/html', 'quoted-printable', '<a href=3D"http://bob:pw@a.example/">'),
      new Redaction([]),
    ),
    undefined,
  );
  assert.equal(mhtmlWithoutSecrets('no MHTML', new Redaction([])), undefined);
});

test('what would steer a terminal is shown instead, and a value as a console shows it', () => {
  const log = new ConsoleLog(asItIs);
  const object = {
    type: 'object',
    value: [
      [
        'list',
        {
          type: 'array',
          value: [
            { type: 'number', value: 1 },
            { type: 'string', value: 'a' },
          ],
        },
      ],
      ['none', { type: 'null' }],
    ],
  };
  log.add({
    type: 'console',
    level: 'info',
    timestamp: 0,
    text: 'x Object(2)',
    args: [{ type: 'string', value: 'x' }, object, { type: 'error' }],
  });
  log.add({
    type: 'console',
    level: 'info',
    timestamp: 0,
    text: '5 of 6',
    args: [
      { type: 'string', value: '%d of %d' },
      { type: 'number', value: 5 },
      { type: 'number', value: 6 },
    ],
  });
  log.add({
    type: 'javascript',
    level: 'error',
    timestamp: 0,
    text: 'a\u001b]0;owned\u0007\nb',
    stackTrace: { callFrames: [{ url: 'http://a.example/x.js', lineNumber: 4 }] },
  });
  assert.equal(
    log.text(),
    [
      '1970-01-01T00:00:00.000Z info  x {list: [1, "a"], none: null} error\n',
      '1970-01-01T00:00:00.000Z info  5 of 6\n',
      '1970-01-01T00:00:00.000Z error uncaught a\\x1b]0;owned\\x07\n    b (http://a.example/x.js:5)\n',
    ].join(''),
  );
});
