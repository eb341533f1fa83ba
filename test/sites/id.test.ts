import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { SITE_ID } from '../../src/core/site.ts';
import { hostOf } from '../../src/core/host.ts';
import { idOf } from '../../src/sites/id.ts';
import { plainDomain, readUrl, urlOfPlain } from '../../src/sites/url.ts';

/** URLs of few letters, so that any two are near each other. */
const letters = fc.constantFrom('a', 'b', '-', '_', 'com');
const label = fc.array(letters, { minLength: 1, maxLength: 3 }).map((parts) => parts.join(''));
const url = fc
  .record({
    scheme: fc.constantFrom('https', 'http'),
    labels: fc.array(label, { minLength: 1, maxLength: 4 }),
    port: fc.constantFrom('', ':80', ':8080'),
    path: fc.constantFrom(
      '',
      '/',
      '/a',
      '/A',
      '/a.b',
      '/a_b',
      '/../a',
      '//',
      '/.',
      '/a//b',
      '/a/./b',
      '/?',
      '/?a',
      '/#a',
      '/%61',
      '/ä',
    ),
  })
  .map(({ scheme, labels, port, path }) => `${scheme}://${labels.join('.')}${port}${path}`)
  .filter((text) => URL.canParse(text));

describe('the id of a site', () => {
  it('is made of the URL alone, as it always was', () => {
    const ids = [
      'https://www.example.com/',
      'https://example.com/login',
      'http://example.com/',
      'https://a_b.com/',
      'https://a.b.com/',
      'https://[::1]:8080/',
      'https://-/',
    ].map(idOf);
    assert.deepEqual(ids, [
      'www_example_com',
      'example_com__a461758d8f4e',
      'example_com__2a1b402420ef',
      'a_b_com__ca42ac0f5c55',
      'a_b_com',
      '1__2d1cb71e5008',
      'site__fe483f511cbc',
    ]);
  });

  it('is safe as a name of a file and of a class, and two URLs never share one', () => {
    fc.assert(
      fc.property(url, url, (one, other) => {
        const [first, second] = [new URL(one).href, new URL(other).href];
        assert.match(idOf(first), SITE_ID);
        assert.ok(idOf(first).length <= 120);
        assert.equal(idOf(first) === idOf(second), first === second, `${first} and ${second}`);
      }),
    );
  });

  it('is short for a long host', () => {
    const long = new URL(`https://${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example/`).href;
    assert.match(idOf(long), SITE_ID);
    assert.ok(idOf(long).length < 100);
  });
});

describe('the URL of a site', () => {
  it('is what the URL parser makes of it, on the short ways too', () => {
    fc.assert(
      fc.property(url, (text) => {
        const read = readUrl(text);
        if ('url' in read) assert.equal(read.url, new URL(text).href);
        if ('url' in read) assert.equal(hostOf(read.url), new URL(text).hostname);
        const bare = text.replace('https://', '');
        const plain = plainDomain(bare);
        if (plain !== undefined) assert.equal(urlOfPlain(plain), new URL(`https://${bare}`).href);
      }),
      { numRuns: 2000 },
    );
  });

  it('may be bare: a domain, a host and port, an address', () => {
    const read = [
      'example.com',
      'EXAMPLE.com/Login',
      'localhost',
      'localhost:3000/a',
      'web:8080',
      '127.0.0.1',
      '[::1]:80',
      'demo.localhost',
      'пример.рф',
    ].map(readUrl);
    assert.deepEqual(
      read.map((result) => ('url' in result ? result.url : result.wrong)),
      [
        'https://example.com/',
        'https://example.com/Login',
        'https://localhost/',
        'https://localhost:3000/a',
        'https://web:8080/',
        'https://127.0.0.1/',
        'https://[::1]:80/',
        'https://demo.localhost/',
        'https://xn--e1afmkfd.xn--p1ai/',
      ],
    );
  });

  it('never says a password', () => {
    for (const text of [
      'https://anna:horse@example.com',
      'anna:horse@example.com',
      'ftp://anna:horse@x/',
      'https:\\\\anna:horse@x',
      '//anna:horse@x',
      'https://anna:ho rse@x.com',
      'https:anna:horse@x.com',
    ]) {
      const read = readUrl(text);
      assert.ok('wrong' in read, text);
      assert.doesNotMatch(read.wrong, /horse|rse@/, text);
    }
  });
});
