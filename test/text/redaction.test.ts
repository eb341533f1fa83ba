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
