import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AttemptRedaction } from '../../../../src/check/worker/attempt/attempt-redaction.ts';

test('the token of an address is removed from later texts too, unless it could be any word', () => {
  const redaction = new AttemptRedaction([]);
  assert.equal(redaction.text('token 71x-abcdefg in a page'), 'token 71x-abcdefg in a page');
  assert.equal(
    redaction.text('https://a.example/?access_token=71x-abcdefg&key=shirts&page=2'),
    'https://a.example/?access_token=***&key=***&page=2',
  );
  assert.equal(redaction.text('token 71x-abcdefg and shirts'), 'token *** and shirts');
  assert.equal(
    redaction.text('71x-abcdefg at https://a.example/?sid=72y%2Fabcdefg'),
    '*** at https://a.example/?sid=***',
  );
  assert.equal(redaction.text('as it is: 72y/abcdefg'), 'as it is: ***');
});

test('the values of headers are removed from later texts, but not for ever more of them', () => {
  const redaction = new AttemptRedaction([]);
  for (let index = 0; index < 1_000; index++) redaction.addSeen(`key-number-${index}-`);
  assert.equal(redaction.text('key-number-7- key-number-777-'), '*** key-number-777-');
});

test('the value of a password field is removed from any text with HTML', () => {
  const redaction = new AttemptRedaction([]);
  assert.equal(
    redaction.text('<input type="password" value="hunter22"> <input value="bob">'),
    '<input type="password" value="***"> <input value="bob">',
  );
});
