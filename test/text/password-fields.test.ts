import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutPasswordValues } from '../../src/text/password-fields.ts';

test('the value of a password field is gone, however its tag is written', () => {
  for (const tag of [
    '<input type="password" value="CANARY">',
    "<INPUT value='CANARY' TYPE='Password'>",
    '<input value=CANARY type=password>',
    '<input\n  name="a>b"\n  type = "password"\n  value = "CANARY"\n/>',
    '<input data-value="kept" type="password" value="CANARY">',
  ])
    assert.doesNotMatch(withoutPasswordValues(`<form>${tag}</form>`), /CANARY/, tag);
});

test('everything else stays as it is', () => {
  const html =
    '<p>a &gt; b</p><input type="text" value="kept"><input type="password" value="" data-value="kept"><inputs type="password" value="kept"><input type=';
  assert.equal(withoutPasswordValues(html), html);
});

test('a hostile page takes no more than linear time', () => {
  for (const piece of ['<input ', '<input "', "<input type=password value='", '<input type=password value=x>'])
    assert.equal(typeof withoutPasswordValues(piece.repeat(1_000_000 / piece.length)), 'string');
});
