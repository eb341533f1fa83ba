import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '../../src/core/event.ts';
import type { ResultsFile } from '../../src/results/results-json.ts';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace } from '../support/command.ts';

// The folders in first-version/ were written by gridrun as it was before the layout with src/app: its first journal,
// results.json and history.sqlite. What they hold must stay readable for ever.
const WRITTEN = fileURLToPath(new URL('first-version/', import.meta.url));

/** The suite of the nights and of the unfinished runs. `bad` is the site whose form is missing. */
function suite(bad: string): string {
  return `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
describe('login', () => {
  it('opens', async () => { await driver.get(site.url); });
  it('has a form', () => assert.notEqual(site.id, ${JSON.stringify(bad)}, 'no form on ' + site.id));
});
`;
}

/** The list of the nights, as it was. */
const SITES = [
  { id: 'good', url: 'https://good.example/', tags: ['shop'] },
  ...['bad', 'flaky', 'gone'].map((id) => ({ id, url: `https://${id}.example/` })),
  { id: 'left', url: 'https://left.example/', skip: 'needs a phone' },
  ...['lost', 'mended', 'last'].map((id) => ({ id, url: `https://${id}.example/` })),
];
/** The list of the unfinished runs, as it was. */
const UNFINISHED = ['first', 'wait', 'then'].map((id) => ({ id, url: `https://${id}.example/` }));

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.with({
    'sites.json': JSON.stringify(SITES),
    'unfinished.json': JSON.stringify(UNFINISHED),
    'login.check.mjs': suite('none'),
  });
  await cp(WRITTEN, join(place.folder, 'old'), { recursive: true });
});
afterEach(() => place[Symbol.asyncDispose]());

/** What a results.json says of each site, without what a later version may word anew. */
function answers(results: ResultsFile): unknown[] {
  return results.sites.map(({ id, verdict, cause, code, control, attempts, checks }) => ({
    id,
    verdict,
    cause,
    code,
    control,
    attempts,
    checks: checks.map(({ title, status, flaky }) => ({ title, status, flaky })),
  }));
}

test('two shards merge into the answers of then, and into the same JUnit', async () => {
  const { code, stdout, stderr } = await place.run(['merge-reports', 'old/shards', '--out', 'merged']);
  assert.equal(code, 1, stdout + stderr);
  const [now, then] = await Promise.all([place.results('merged'), place.results('old/merged')]);
  assert.deepEqual(answers(now), answers(then));
  assert.deepEqual(now.counts, then.counts);
  const [events, eventsThen] = await Promise.all([place.journal('merged'), place.journal('old/merged')]);
  assert.deepEqual(events.map(withoutVersion), eventsThen.map(withoutVersion));
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'site-judged' ? (event.verdict.stoppedBy ?? []) : [])),
    Array(4).fill('max-failures'),
  );
  assert.equal(await place.read('merged/junit.xml'), await place.read('old/merged/junit.xml'));
});

for (const how of ['killed', 'stopped']) {
  test(`a run that was ${how} is resumed: its sites with a verdict are kept`, async () => {
    await cp(join(WRITTEN, how), join(place.folder, 'gridrun-results'), { recursive: true });
    await using stub = await startStub();
    const run = ['login.check.mjs', '--sites', 'unfinished.json', '-j', '1', '--chunk-size', '1', '--grid', stub.url];
    const { code, stdout, stderr } = await place.run([...run, '--resume']);
    assert.equal(code, 0, stdout + stderr);
    assert.deepEqual(await place.verdicts(), Object.fromEntries(UNFINISHED.map(({ id }) => [id, 'passed'])));
    const started = (await place.journal()).flatMap((event) => (event.type === 'attempt-started' ? event.siteId : []));
    assert.deepEqual(started, ['wait', 'then']);
  });
}

test('two nights are compared', async () => {
  const { code, stdout, stderr } = await place.run(['compare', 'old/night-1', 'old/night-2', '--json']);
  assert.equal(code, 1, stderr);
  const { sites } = JSON.parse(stdout) as { sites: { siteId: string; change: string; gates: boolean }[] };
  assert.deepEqual(Object.fromEntries(sites.map(({ siteId, change }) => [siteId, change])), {
    good: 'still-passing',
    bad: 'fixed',
    flaky: 'still-flaky',
    gone: 'still-failing',
    left: 'still-left-out',
    // The grid failed it both times, so neither run knows anything of it.
    lost: 'still-left-out',
    mended: 'new-failure',
    last: 'still-passing',
  });
});

test('a run of today is held against a night of then', async () => {
  await using stub = await startStub();
  await place.write('login.check.mjs', suite('bad'));
  const run = ['login.check.mjs', '--sites', 'sites.json', '--grid', stub.url];
  const { code, stdout, stderr } = await place.run([...run, '--baseline', 'old/night-1']);
  assert.equal(code, 0, stdout + stderr);
  assert.equal((await place.verdicts())['bad'], 'failed');
});

test('--last-failed reads the results of then', async () => {
  await cp(join(WRITTEN, 'night-2'), join(place.folder, 'gridrun-results'), { recursive: true });
  await using stub = await startStub();
  const run = ['login.check.mjs', '--sites', 'sites.json', '--grid', stub.url];
  const { code, stdout, stderr } = await place.run([...run, '--last-failed']);
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual(Object.keys(await place.verdicts()), ['gone', 'lost', 'mended']);
});

test('the history of then is read, and goes on with a run of today', async () => {
  await cp(join(WRITTEN, 'night-2'), join(place.folder, 'gridrun-results'), { recursive: true });
  const before = await place.run(['history', 'mended']);
  assert.equal(before.code, 0, before.stderr);
  assert.match(before.stdout, /failed[^]*passed/);
  await using stub = await startStub();
  const { stderr } = await place.run(['login.check.mjs', '--sites', 'sites.json', '--grid', stub.url]);
  assert.doesNotMatch(stderr, /history/);
  const after = await place.run(['history', 'mended']);
  assert.match(after.stdout, /passed[^]*failed[^]*passed/);
});

test('a history is rebuilt from the journals of then, and is the one that was written', async () => {
  const { code, stderr } = await place.run([
    'history',
    'mended',
    '--out',
    'rebuilt',
    '--rebuild',
    'old/night-1',
    '--rebuild',
    'old/night-2',
  ]);
  assert.equal(code, 0, stderr);
  const [rebuilt, written] = await Promise.all(
    ['rebuilt', 'old/night-2'].map((out) => place.run(['history', 'mended', '--out', out])),
  );
  assert.equal(rebuilt?.stdout, written?.stdout);
});

test('a sweep with a control merges into the answers of then', async () => {
  const { code, stdout, stderr } = await place.run(['merge-reports', 'old/sweep', '--out', 'merged']);
  assert.equal(code, 1, stdout + stderr);
  const [now, then] = await Promise.all([place.results('merged'), place.results('old/sweep')]);
  assert.deepEqual(answers(now), answers(then));
  assert.deepEqual(now.sweep, then.sweep);
});

/** An event without what this version adds: its number, and the reason of the stop on a site that is not-run. */
function withoutVersion(event: RunEvent): object {
  if (event.type !== 'site-judged') return { ...event, gridrun: undefined };
  const { stoppedBy: _stoppedBy, ...verdict } = event.verdict;
  return { ...event, verdict, gridrun: undefined };
}
