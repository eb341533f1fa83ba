import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { contentOf, sketchOf } from '../../src/core/page-print/page-content.ts';
import { chainOf, isSamePage, languageIn, likeness } from '../../src/core/page-print/same-page.ts';
import type { SentPage } from '../../src/core/sent-page.ts';

function pageOf(html: string, url = 'https://shop.example/login', status = 200): SentPage {
  return { chain: chainOf([{ url, status }]), language: '', ...contentOf(html) };
}

/** A page with some structure, as a tree of tags. */
const LOGIN = `<!doctype html><html><head><title>Sign in</title><meta name=a><script>var a = "<div><table>";</script></head>
<body><header><nav><ul><li><a href=/a>A</a></li><li><a href=/b>B</a></li></ul></nav></header>
<main><section><h1>Sign in</h1><form action=/x><p><label>Name <input name=user></label></p>
<p><label>Password <input type=password name="pass"></label></p><p><button>Go</button></p></form></section></main>
<footer><div><p>Imprint <a href=/i>here</a></p></div></footer></body></html>`;
const CAPTCHA = `<!doctype html><title>One moment</title><div><h2>Are you human?</h2><div><input type=checkbox name=human></div></div>`;

const anyPage = fc
  .record({
    html: fc.oneof(fc.string(), fc.constantFrom(LOGIN, CAPTCHA)),
    url: fc.webUrl({ withQueryParameters: true }),
  })
  .map(({ html, url }) => pageOf(html, url));

test('any text has a fingerprint: small, the same each time, and the same as itself', () => {
  const noise = fc.array(
    fc.constantFrom('<', '>', '"', "'", '=', '/', '<!--', '<script', '</', '<p ', 'a', '<form>', ' ', '<li'),
    {
      maxLength: 300,
    },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        noise.map((parts) => parts.join('')),
      ),
      fc.webUrl(),
      (html, url) => {
        const page = pageOf(html, url);
        assert.deepEqual(pageOf(html, url), page);
        assert.ok(isSamePage(page, page));
        assert.ok(JSON.stringify(page).length <= 1024);
      },
    ),
  );
});

test('a fingerprint is at most 1 kB with long chains, many fields and a long language', () => {
  const fields = Array.from(
    { length: 500 },
    (_, i) => `<input type=text name=${'abcdefghij'[i % 10]!.repeat((i % 20) + 1)}>`,
  );
  const answers = Array.from({ length: 20 }, () => ({
    url: `https://a.example/${'é/'.repeat(500)}?${'x&y=1'.repeat(50)}`,
    status: 302,
  }));
  const page = { chain: chainOf(answers), language: languageIn('de-DE, '.repeat(50)), ...contentOf(fields.join('')) };
  assert.ok(JSON.stringify(page).length <= 1024, String(JSON.stringify(page).length));
});

test('being the same page is symmetric', () => {
  fc.assert(fc.property(anyPage, anyPage, (a, b) => assert.equal(isSamePage(a, b), isSamePage(b, a))));
});

const count = fc.integer({ min: 0, max: 30 });
const token = fc.integer({ min: 1_000, max: 999_999_999 });

test('ads, counters, tokens and longer lists are no other page', () => {
  fc.assert(
    fc.property(count, count, token, (ads, more, number) => {
      const changed = LOGIN.replace('Sign in', `(${number}) Sign in`)
        .replace('<form action=/x>', `<form action=/x${number}><input type=hidden name=t${number} value=${number}>`)
        .replace('</ul>', `${'<li><a href=/c>C</a></li>'.repeat(more)}</ul>`)
        .replace('</head>', `<script nonce=${number}>x("<main>${number}")</script></head>`)
        .replace('</body>', `${'<ins></ins><iframe src=/ad></iframe><img src=/z>'.repeat(ads)}</body>`);
      const sent = pageOf(changed, `https://shop.example/login?sid=${number}`);
      assert.ok(isSamePage(pageOf(LOGIN, 'https://shop.example/login?sid=1'), sent));
    }),
  );
});

test('a captcha, another status, another language, another form and another address are other pages', () => {
  const login = pageOf(LOGIN);
  assert.ok(!isSamePage(login, pageOf(CAPTCHA)));
  assert.ok(!isSamePage(login, pageOf(LOGIN, undefined, 503)));
  assert.ok(!isSamePage({ ...login, language: 'en' }, { ...login, language: 'de' }));
  assert.ok(!isSamePage(login, pageOf(LOGIN.replace('<input type=password name="pass">', ''))));
  assert.ok(!isSamePage(login, pageOf(CAPTCHA, 'https://consent.example/')));
  // The same bytes from another address are the same page.
  assert.ok(isSamePage(login, pageOf(LOGIN, 'https://www2.shop.example/login')));
});

test('a chain has no values of queries and no tokens', () => {
  const url = 'https://a.example:8443/session/8f3c21d09a/login?next=%2Fhome&token=secret#top';
  assert.deepEqual(chainOf([{ url, status: 302 }]), ['302 https://a.example:8443/session/*/login?next&token']);
});

test('the likeness of two sketches is about the share of tokens in common', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 0, max: 200 }), (both, one) => {
      const common = Array.from({ length: both }, (_, i) => `both ${i}`);
      const rest = Array.from({ length: one }, (_, i) => `one ${i}`);
      const found = likeness(sketchOf(new Set(common)), sketchOf(new Set([...common, ...rest])));
      // Five standard errors of 64 draws.
      assert.ok(Math.abs(found - both / (both + one)) < 5 * 0.0625, `${found} for ${both} of ${both + one}`);
    }),
  );
});

test('a document that is made to be slow is read in a moment', () => {
  for (const piece of ['<a "', '<script>', '<!--', '<div>', "<p a='", '<title>', '<a b="'])
    assert.ok(pageOf(piece.repeat(300_000)).shape.length <= 88);
});
