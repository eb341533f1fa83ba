import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Blanks } from '../../../../src/check/worker/recorder/blanks.ts';
import type { Body, Missing } from '../../../../src/check/worker/recorder/bodies.ts';
import { recordingOf } from '../../../../src/check/worker/recorder/recorded-log.ts';
import { secretsIn } from '../../../../src/check/worker/recorder/seen-secrets.ts';
import { Traffic, type Exchange } from '../../../../src/check/worker/recorder/traffic.ts';
import type { Recording } from '../../../../src/recording/har-archive.ts';
import { Redaction } from '../../../../src/text/redaction.ts';

const FACTS = {
  site: 'shop',
  url: 'https://bob:hunter22@shop.test/?token=in-the-list-1',
  attempt: 2,
  arm: 'control',
  started: '2026-11-27T02:00:00.000Z',
  seedDateMs: 0,
  chrome: '156',
} as const;

interface Sent {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly id?: string;
}

function request(traffic: Traffic, { url, method = 'GET', headers = {}, body, id = url }: Sent): void {
  const postDataEntries = body === undefined ? [] : [{ bytes: Buffer.from(body).toString('base64') }];
  const hasPostData = body !== undefined;
  const sent = { url, method, headers, hasPostData, postDataEntries };
  traffic.add('Network.requestWillBeSent', { requestId: id, request: sent, type: 'Fetch' }, 'tab', undefined);
}

function answer(traffic: Traffic, id: string, headers: Readonly<Record<string, string>> = {}): void {
  const response = { url: id, status: 200, statusText: 'OK', headers, mimeType: 'text/html', protocol: 'h2' };
  traffic.add('Network.responseReceived', { requestId: id, response, hasExtraInfo: true }, 'tab', undefined);
  traffic.add('Network.loadingFinished', { requestId: id, encodedDataLength: 9 }, 'tab', undefined);
}

function recorded(traffic: Traffic, bodies: Readonly<Record<string, string>>, known: string[] = []): Recording {
  const taken = new Map<Exchange, Body | Missing>();
  for (const exchange of traffic.exchanges) {
    const body = bodies[exchange.url];
    if (body === undefined) continue;
    const isMissing = body === 'record-max' || body === 'gone' || body === 'service-worker';
    taken.set(exchange, isMissing ? body : { bytes: Buffer.from(body), isText: true });
  }
  const blanks = new Blanks(new Redaction(known), secretsIn(traffic));
  return recordingOf({ traffic, taken, blanks, facts: FACTS });
}

test('what the traffic shows to be secret is blanked at its length wherever it stands', () => {
  const traffic = new Traffic();
  const secrets = ['cookie-value-1', 'set-cookie-2', 'bearer-value-3', 'url-token-value-4', 'body-field-5', 'known-6'];
  const [cookie, setCookie, bearer, token, field, known] = secrets as [string, string, string, string, string, string];
  const url = `https://shop.test/?access_token=${token}&page=2`;
  request(traffic, {
    url,
    method: 'POST',
    headers: { Authorization: `Bearer ${bearer}`, Cookie: `a=${cookie}`, Accept: '*/*' },
    body: JSON.stringify({ user: { password: field, name: 'Bob' } }),
  });
  traffic.add(
    'Network.requestWillBeSentExtraInfo',
    { requestId: url, headers: { Cookie: `a=${cookie}; theme=light` } },
    'tab',
    undefined,
  );
  traffic.add(
    'Network.responseReceivedExtraInfo',
    { requestId: url, headers: { 'set-cookie': `b=${setCookie}; Path=/\nc=d` } },
    'tab',
    undefined,
  );
  answer(traffic, url, { 'x-echo': secrets.join() });
  const page = `<p class="light">${secrets.join(' ')}</p><a href="?access_token=${token}">${known}</a>`;
  const recording = recorded(traffic, { [url]: page }, [known]);
  const text = JSON.stringify(recording.log) + [...recording.bodies.values()].join('');
  for (const secret of [...secrets, 'hunter22', 'in-the-list-1']) assert.ok(!text.includes(secret), secret);
  const [entry] = recording.log.entries;
  const body = recording.bodies.get(entry?.response.content._file ?? '')?.toString() ?? '';
  assert.equal(
    body,
    page.replaceAll(new RegExp(secrets.join('|'), 'g'), (secret) => '*'.repeat(secret.length)),
  );
  assert.equal(entry?.request.url, url.replace(token, '*'.repeat(token.length)), 'as the page has it');
  const headers = entry?.response.headers.map(({ name, value }) => `${name}: ${value}`);
  assert.ok(headers?.includes('set-cookie: b=************; Path=/'), headers?.join('\n'));
  assert.ok(!JSON.stringify(entry?.request.headers).toLowerCase().includes('cookie'));
});

test('a file that is compressed by itself is unpacked, and packed again if it held a secret', () => {
  const blanks = new Blanks(new Redaction(['known-6']), ['seen-value-7']);
  const [with2, without] = ['known-6 and seen-value-7', 'nothing'].map((text) => gzipSync(text));
  const clean = blanks.body(Buffer.from(with2!), 'application/gzip');
  assert.equal(gunzipSync(clean).toString(), '******* and ************');
  assert.deepEqual(blanks.body(Buffer.from(without!), 'application/gzip'), without);
  const cut = with2!.subarray(0, 12);
  assert.deepEqual(blanks.body(Buffer.from(cut), 'application/gzip'), cut, 'a part of a file stays');
});

test('a short or common cookie is removed from headers only', () => {
  const traffic = new Traffic();
  const url = 'https://shop.test/';
  request(traffic, { url });
  traffic.add(
    'Network.requestWillBeSentExtraInfo',
    { requestId: url, headers: { cookie: 'theme=darkmode; n=12345678' } },
    'tab',
    undefined,
  );
  answer(traffic, url);
  const { bodies } = recorded(traffic, { [url]: '<body class="darkmode">12345678</body>' });
  assert.deepEqual([...bodies.values()].map(String), ['<body class="darkmode">12345678</body>']);
});

test('each hop of a redirect has its own entry and its own cookies, whichever event comes first', () => {
  const traffic = new Traffic();
  const cookieOf = (value: string): void =>
    traffic.add(
      'Network.responseReceivedExtraInfo',
      { requestId: 'r', headers: { 'Set-Cookie': value } },
      'tab',
      undefined,
    );
  request(traffic, { url: 'https://shop.test/', id: 'r' });
  cookieOf('one=11111111a');
  const redirectResponse = {
    url: 'https://shop.test/',
    status: 302,
    statusText: '',
    headers: { location: '/home' },
    mimeType: '',
  };
  const sent = { url: 'https://shop.test/home', method: 'GET', headers: {} };
  const params = { requestId: 'r', request: sent, redirectResponse, redirectHasExtraInfo: true, type: 'Document' };
  traffic.add('Network.requestWillBeSent', params, 'tab', undefined);
  answer(traffic, 'r');
  cookieOf('two=22222222b');
  const { entries } = recorded(traffic, { 'https://shop.test/home': '<p>home</p>' }).log;
  const cookies = entries.map(({ response }) => response.headers.find(({ name }) => name === 'Set-Cookie')?.value);
  assert.deepEqual(
    entries.map(({ request: { url }, response: { status } }) => [url, status]),
    [
      ['https://shop.test/', 302],
      ['https://shop.test/home', 200],
    ],
  );
  assert.deepEqual(cookies, ['one=*********', 'two=*********']);
});

test('bodies that are missing are counted by their reason, but not those that a service worker makes again', () => {
  const traffic = new Traffic();
  const urls = ['https://a.test/', 'https://b.test/', 'https://c.test/', 'https://d.test/'];
  for (const url of urls) {
    request(traffic, { url });
    answer(traffic, url);
  }
  const [a, b, c, d] = urls as [string, string, string, string];
  const { log } = recorded(traffic, { [a]: 'record-max', [b]: 'record-max', [c]: 'gone', [d]: 'service-worker' });
  assert.deepEqual(log._gridrun.incomplete, { missing: 3, reasons: { 'record-max': 2, gone: 1 } });
  assert.deepEqual(
    log.entries.map(({ response }) => response.content._missing),
    ['record-max', 'record-max', 'gone', 'service-worker'],
  );
});

test('equal request bodies have equal hashes in one recording, other bodies have others, and no body is stored', () => {
  const traffic = new Traffic();
  const bodies = ['q=the-first-body', 'q=the-second-body', 'q=the-first-body'];
  bodies.forEach((body, index) =>
    request(traffic, { url: 'https://shop.test/', method: 'POST', body, id: String(index) }),
  );
  const { log } = recorded(traffic, {});
  const [first, second, third] = log.entries.map(({ _bodyHash }) => _bodyHash);
  assert.equal(first, third);
  assert.notEqual(first, second);
  assert.ok(!JSON.stringify(log).includes('first-body'));
});

test('an event that has another form, or belongs to no request, is left out', () => {
  const traffic = new Traffic();
  traffic.add('Network.requestWillBeSent', {}, 'tab', undefined);
  traffic.add('Network.responseReceived', { requestId: 'never-sent' }, 'tab', undefined);
  for (const url of ['data:text/plain,x', 'blob:https://shop.test/1', 'chrome-extension://abc/page.html'])
    request(traffic, { url });
  for (let index = 0; index < 3_005; index++) request(traffic, { url: `https://shop.test/${index}` });
  assert.equal(traffic.exchanges.length, 3_000);
  assert.deepEqual(recorded(traffic, {}).log._gridrun.incomplete, { missing: 5, reasons: { 'too-many-requests': 5 } });
});

test('the script of a service worker is recorded, though Chrome reports no answer for it', () => {
  const traffic = new Traffic();
  const url = 'https://shop.test/sw.js';
  const params = { requestId: 'sw', request: { url, method: 'GET', headers: {} }, type: 'Script' };
  traffic.add('Network.requestWillBeSent', params, 'tab', undefined);
  traffic.add('Network.dataReceived', { requestId: 'sw', dataLength: 9 }, 'tab', undefined);
  traffic.add('Network.loadingFinished', { requestId: 'sw', encodedDataLength: 9 }, 'tab', undefined);
  const { log } = recorded(traffic, { [url]: 'let a = 1' });
  assert.equal(log.entries[0]?.response.status, 200);
  assert.equal(log.entries[0]?.response.content.mimeType, 'text/javascript');
  assert.ok(log.entries[0]?.response.content._file);
});
