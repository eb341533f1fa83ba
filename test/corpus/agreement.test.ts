import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { agreementOf } from '../../examples/corpus/agreement.ts';
import { missing } from '../support/machine.ts';
import { countAgreements } from './agreement-count.ts';
import { serveCorpus } from './corpus-server.ts';

const field = (index: number, label: string): { tag: string; index: number; label: string } => ({
  tag: 'input',
  index,
  label,
});
const place = (index: number, tag = 'input'): { tag: string; index: number } => ({ tag, index });

test('a found field agrees where it is the labelled one', () => {
  const truth = [field(0, 'emailAddress'), field(1, 'username'), field(2, 'password')];
  assert.deepEqual(agreementOf(truth, { username: place(1), password: place(2), submit: null }), {
    username: 'right',
    password: 'right',
    submit: 'absent',
  });
  assert.equal(
    agreementOf(truth, { username: place(0), password: null, submit: null }).username,
    'wrong',
    'a newsletter is not the username',
  );
  assert.equal(agreementOf(truth, { username: null, password: null, submit: null }).password, 'missed');
  assert.equal(agreementOf([field(0, 'us')], { username: place(0), password: null, submit: null }).password, 'absent');
});

test('the same index of another tag is another element', () => {
  const truth = [{ tag: 'button', index: 0, label: 'submit' }];
  assert.equal(agreementOf(truth, { username: null, password: null, submit: place(0) }).submit, 'wrong');
  assert.equal(agreementOf(truth, { username: null, password: null, submit: place(0, 'button') }).submit, 'right');
});

test('a button that nobody labelled says nothing', () => {
  assert.equal(
    agreementOf([field(0, 'password')], { username: null, password: place(0), submit: place(0, 'button') }).submit,
    'unlabelled',
  );
});

test('a run is whole where every site has one verdict and its agreement', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gridrun-test-'));
  try {
    await writeFile(
      join(folder, 'a.json'),
      JSON.stringify({ username: 'right', password: 'wrong', submit: 'unlabelled' }),
    );
    const planned = { type: 'sites-planned', sites: [{ id: 'a', url: 'http://a.localhost/' }] };
    const judged = {
      type: 'site-judged',
      verdict: {
        siteId: 'a',
        verdict: 'passed',
        checks: [{ attachments: [{ name: 'agreement.json', path: 'a.json' }] }],
      },
    };
    const written = async (...events: readonly unknown[]): Promise<Awaited<ReturnType<typeof countAgreements>>> => {
      await writeFile(join(folder, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
      return countAgreements(folder);
    };
    const good = await written(planned, judged);
    assert.equal(good.whole, true);
    assert.deepEqual(good.lines.slice(1), [
      'username: 1 of 1 right (100.0 %)',
      'password: 0 of 1 right (0.0 %)',
      'submit: 0 of 0 right (0.0 %)',
    ]);
    assert.equal((await written(planned)).whole, false, 'a site without a verdict');
    assert.equal((await written(planned, judged, judged)).whole, false, 'a site with two verdicts');
    assert.equal((await written(judged)).whole, false, 'nothing planned');
    assert.equal(
      (await written(planned, { ...judged, verdict: { ...judged.verdict, checks: [] } })).whole,
      false,
      'no agreement',
    );
  } finally {
    await rm(folder, { recursive: true });
  }
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
