import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Redaction } from '../../src/text/redaction.ts';

test('a secret is gone from every string, in every form', () => {
  const secret = 'p@ss "word"/ü&<1>\n';
  const redaction = new Redaction([secret]);
  const forms = [
    secret,
    JSON.stringify(secret),
    JSON.stringify(JSON.stringify(secret)),
    encodeURIComponent(secret),
    encodeURI(secret),
    encodeURIComponent(secret).toLowerCase(),
    new URLSearchParams([['a', secret]]).toString(),
    'p@ss "word"/ü&amp;&lt;1&gt;\n',
  ];
  for (const form of forms)
    assert.match(redaction.text(`before ${form} after`), /^before (a=)?"?(\\")?\*\*\*(\\")?"? after$/, form);
});

test('a secret is gone as other languages write it, and out of Base64', () => {
  const secret = 'p@ss "wörd"/&<1>\'s';
  const redaction = new Redaction([secret]);
  const forms = [
    String.raw`p@ss \"w\u00f6rd\"/&<1>'s`,
    String.raw`p@ss \"w\u00F6rd\"\/\u0026\u003C1\u003E\u0027s`,
    String.raw`p@ss \"wörd\"/\u0026\u003c1\u003e's`,
    'p%40ss%20%22w%C3%B6rd%22%2F%26%3C1%3E%27s',
    'p@ss &#34;wörd&#34;/&amp;&lt;1&gt;&#39;s',
    'p@ss &quot;wörd&quot;/&amp;&lt;1&gt;&#x27;s',
    'p@ss &#34;w&#246;rd&#34;/&#38;&#60;1&#62;&#39;s',
  ];
  for (const form of forms) assert.equal(redaction.text(`before ${form} after`), 'before *** after', form);
  for (const before of ['', '{', '{"'])
    for (const encoding of ['base64', 'base64url'] as const) {
      const text = Buffer.from(`${before}${secret}"}`).toString(encoding);
      assert.match(redaction.text(text), /^.{0,3}\*\*\*.{0,6}$/, text);
    }
});

test('a blanked secret keeps its length, and Base64 can still be decoded', () => {
  const redaction = new Redaction(['harbour-gate']);
  assert.equal(redaction.blank(Buffer.from('the harbour-gate.')).toString(), 'the ************.');
  for (const before of ['{"', '{ "', '{  "']) {
    const encoded = Buffer.from(`${before}harbour-gate", "id": 7}`).toString('base64');
    const blanked = redaction.blank(Buffer.from(encoded)).toString();
    const decoded = Buffer.from(blanked, 'base64').toString('latin1');
    assert.equal(blanked.length, encoded.length);
    assert.match(decoded, /^\{ *".\*{10}.", "id": 7\}$/);
  }
  assert.equal(redaction.stars('?x=aGFyYm91ci1nYXRl'), '?x=****************');
});

test("deep, in names of the user's data too, and structural fields stay", () => {
  const event = {
    type: 'site-judged',
    verdict: { siteId: 'passed-site', verdict: 'passed', checks: [{ title: 'says passed', status: 'passed' }] },
    data: { id: 'passed', passed: ['passed'] },
  };
  assert.deepEqual(new Redaction(['passed']).value(event), {
    type: 'site-judged',
    verdict: { siteId: 'passed-site', verdict: 'passed', checks: [{ title: 'says ***', status: 'passed' }] },
    data: { id: '***', '***': ['***'] },
  });
});

test('what holds no secret is the same object; no secret, or an empty one, changes nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.equal(new Redaction([]).value(value), value);
      assert.equal(new Redaction(['']).value(value), value);
      assert.deepEqual(new Redaction(['\u0007 never there']).value(value), value);
    }),
  );
});

test('no output of any text holds the secret', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 4 }).filter((secret) => !'***'.includes(secret)),
      fc.string(),
      fc.string(),
      (secret, before, after) => {
        const text = new Redaction([secret]).text(before + secret + after);
        // Where what is around it makes it up anew with the mask, it holds an asterisk and is told by chance.
        assert.ok(secret.includes('*') || !text.includes(secret));
      },
    ),
  );
});
