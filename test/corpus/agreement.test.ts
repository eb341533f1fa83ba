import assert from 'node:assert/strict';
import { request } from 'node:http';
import { test } from 'node:test';
import { agreementOf } from '../../examples/corpus/agreement.ts';
import { missing } from '../support/machine.ts';
import { serveCorpus } from './corpus-server.ts';

const field = (index: number, label: string): { tag: string; index: number; label: string } => ({ tag: 'input', index, label });
const place = (index: number, tag = 'input'): { tag: string; index: number } => ({ tag, index });

test('a found field agrees where it is the labelled one', () => {
  const truth = [field(0, 'emailAddress'), field(1, 'username'), field(2, 'password')];
  assert.deepEqual(agreementOf(truth, { username: place(1), password: place(2), submit: null }), { username: 'right', password: 'right', submit: 'absent' });
  assert.equal(agreementOf(truth, { username: place(0), password: null, submit: null }).username, 'wrong', 'a newsletter is not the username');
  assert.equal(agreementOf(truth, { username: null, password: null, submit: null }).password, 'missed');
  assert.equal(agreementOf([field(0, 'us')], { username: place(0), password: null, submit: null }).password, 'absent');
});

test('the same index of another tag is another element', () => {
  const truth = [{ tag: 'button', index: 0, label: 'submit' }];
  assert.equal(agreementOf(truth, { username: null, password: null, submit: place(0) }).submit, 'wrong');
  assert.equal(agreementOf(truth, { username: null, password: null, submit: place(0, 'button') }).submit, 'right');
});

test('a button that nobody labelled says nothing', () => {
  assert.equal(agreementOf([field(0, 'password')], { username: null, password: place(0), submit: place(0, 'button') }).submit, 'unlabelled');
});

test('the corpus is served, each login page of its own origin', { skip: missing('corpus') }, async () => {
  await using corpus = await serveCorpus();
  assert.equal(corpus.pages.length, 433);
  assert.equal(new Set(corpus.pages.map((page) => corpus.urlOf(page))).size, 433);
  const [page] = corpus.pages;
  assert.ok(page);
  const answer = Promise.withResolvers<string | undefined>();
  request({ port: corpus.port, host: '127.0.0.1', headers: { host: new URL(corpus.urlOf(page)).host } }, (response) => {
    response.resume();
    answer.resolve(response.headers['content-type']);
  }).end();
  assert.equal(await answer.promise, 'text/html; charset=utf-8');
});
