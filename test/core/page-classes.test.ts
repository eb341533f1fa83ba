import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES } from '../../src/core/error-codes.ts';
import { PAGE_CLASSES, pageClassOf } from '../../src/core/page-classes.ts';
import { noFacts, type PageFacts } from '../../src/core/page-facts.ts';

const SITE = 'https://shop.example/';
const PAGE: PageFacts = { ...noFacts(SITE), status: 200, mediaType: 'text/html', text: 'Welcome', textLength: 7 };

function classOf(facts: Partial<PageFacts>): string {
  return pageClassOf({ ...PAGE, ...facts })?.code ?? 'none';
}

test('each class is one of the site, and is reported and not tried again', () => {
  for (const { code } of PAGE_CLASSES) {
    assert.equal(ERROR_CODES[code].blames, 'site', code);
    assert.equal(ERROR_CODES[code].answer, 'report', code);
  }
});

test('a page of the site has no class', () => {
  assert.equal(classOf({}), 'none');
  assert.equal(classOf({ mediaType: 'application/xhtml+xml' }), 'none');
  assert.equal(classOf({ mediaType: 'image/svg+xml' }), 'none');
});

test('the reason that says most comes first', () => {
  assert.equal(classOf({ status: 503 }), 'site.http-status');
  assert.equal(classOf({ status: 403, wall: 'Akamai' }), 'site.bot-wall');
  assert.equal(classOf({ status: 403, hasCaptcha: true }), 'site.captcha');
  assert.equal(classOf({ status: 503, isHeld: true }), 'site.hangs');
  assert.equal(
    classOf({ isErrorPage: true, netError: 'ERR_HTTP_RESPONSE_CODE_FAILURE', status: 500 }),
    'site.http-status',
  );
  assert.equal(classOf({ isElsewhere: true, isBlank: true }), 'site.other-origin');
});

test('a redirect that leads nowhere is no page, whatever it shows; other statuses are', () => {
  const sentence = (status: number): string | undefined => pageClassOf({ ...PAGE, status })?.sentence;
  for (const status of [301, 302, 303, 307, 308])
    assert.equal(sentence(status), `${SITE} redirects to nowhere: HTTP status ${status} without a Location`);
  for (const status of [0, 200, 201, 300, 304]) assert.equal(sentence(status), undefined);
});

test('each net error of an error page has a class, and one of Chrome that nobody knows too', () => {
  const classOfError = (netError: string): string => classOf({ isErrorPage: true, netError, status: 0 });
  assert.equal(classOfError('ERR_NAME_NOT_RESOLVED'), 'site.dns');
  assert.equal(classOfError('ERR_CERT_DATE_INVALID'), 'site.tls');
  assert.equal(classOfError('ERR_SSL_PROTOCOL_ERROR'), 'site.tls');
  assert.equal(classOfError('ERR_TIMED_OUT'), 'site.no-answer');
  assert.equal(classOfError('ERR_EMPTY_RESPONSE'), 'site.connection-lost');
  assert.equal(classOfError('ERR_UNSAFE_PORT'), 'site.unreachable');
  assert.equal(classOfError('ERR_OF_NEXT_YEAR'), 'site.unreachable');
  assert.equal(classOfError('ERR_CONTENT_DECODING_INIT_FAILED'), 'site.bad-encoding');
});

test('what a check has clicked to, and what an extension has hidden, is not the site’s', () => {
  for (const facts of [{ status: 404 }, { isElsewhere: true }, { isBlank: true }, { mediaType: 'application/json' }]) {
    assert.notEqual(classOf(facts), 'none');
    assert.equal(classOf({ ...facts, isAsLoaded: false }), 'none');
  }
  assert.equal(classOf({ status: 500, isAsLoaded: false }), 'site.http-status');
  assert.equal(classOf({ status: 302, isAsLoaded: false }), 'none');
  assert.equal(classOf({ isBlank: true, hasExtension: true }), 'none');
  assert.equal(classOf({ isBlank: true, isEmpty: true, hasExtension: true }), 'site.blank');
  const blocked = { isErrorPage: true, netError: 'ERR_BLOCKED_BY_CLIENT', status: 0 };
  assert.equal(classOf(blocked), 'site.unreachable');
  assert.equal(classOf({ ...blocked, hasExtension: true }), 'none');
});

test('a page with a form or with much text is no wall, whatever it says', () => {
  const words = { text: 'Please verify that you are not a robot', textLength: 40 };
  assert.equal(classOf(words), 'site.bot-wall');
  assert.equal(classOf({ ...words, hasCaptcha: true }), 'site.captcha');
  assert.equal(classOf({ ...words, fieldCount: 2, hasCaptcha: true }), 'none');
  assert.equal(classOf({ ...words, textLength: 9_000 }), 'none');
});
