import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fingerprintOf } from '../../../../src/core/fault-fingerprint.ts';
import { checkFile as stubCheckFile, siteList, Workplace } from '../../../support/command.ts';
import { startStub } from '../../../stub/webdriver-stub.ts';
import { checkFile } from '../../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../../suite-bench.ts';

test("an error's causes are in the message and, with their lines, in the stack", async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      const inner = () => new Error('inner reason');
      it('cause', () => { throw new Error('outer', { cause: inner() }); });
      it('aggregate', async () => { await Promise.any([Promise.reject(inner()), Promise.reject('a text')]); });
      it('own', () => { throw Object.assign(new Error('outer'), { cause: inner() }); });
      it('assertion', () => { try { assert.equal(1, 2); } catch (error) { throw new Error('outer', { cause: error }); } });
      it('no Error', () => { throw { message: 'outer', cause: inner() }; });`,
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  const messages = Object.fromEntries(outcome.checks.map(({ title, fault }) => [title, fault?.message ?? '']));
  assert.equal(messages['cause'], 'outer\n  cause: inner reason');
  assert.equal(messages['own'], messages['cause']);
  assert.equal(messages['no Error'], messages['cause']);
  assert.match(messages['aggregate']!, /\n {2}error 1 of 2: inner reason\n {2}error 2 of 2: a text$/);
  assert.match(messages['assertion']!, /^outer\n {2}cause: AssertionError: .*1 !== 2/s);
  assert.match(outcome.checks[0]?.fault?.stack ?? '', /\n +at .*:\d+:\d+\)\n {2}cause: inner reason\n +at inner \(/);
});

test('causes without end, in a circle, or that throw when read, are no trouble', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      class Endless extends Error { get cause() { return new Endless('more'); } }
      const bad = () => { throw new Error('unreadable'); };
      it('endless', () => { throw new Endless('outer'); });
      it('circle', () => { const error = new Error('outer'); error.cause = new Error('inner', { cause: error }); throw error; });
      it('unreadable', () => { throw new Error('outer', { cause: Object.defineProperty(new Error('inner'), 'cause', { get: bad }) }); });
      it('long', () => { throw new Error('outer ' + 'x'.repeat(20_000), { cause: new Error('y'.repeat(20_000) ) }); });
      it('passes', () => {});`,
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), [
    'endless: failed',
    'circle: failed',
    'unreadable: failed',
    'long: failed',
    'passes: passed',
  ]);
  for (const { fault } of outcome.checks.slice(0, 4)) assert.match(fault?.message ?? '', /^outer[^]*\n {2}cause: /);
  assert.equal(outcome.checks[0]?.fault?.hint, undefined);
  assert.ok(outcome.checks.every(({ fault }) => (fault?.message.length ?? 0) <= 8_000));
});

test('a cause is in the terminal, in junit.xml and in report.html, below a long message too', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({
    'sites.json': siteList('one'),
    'x.check.mjs': stubCheckFile("throw new Error('outer\\n'.repeat(30), { cause: new Error('inner reason') });"),
  });
  const { stdout } = await place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url]);
  assert.match(stdout, /^ +cause: inner reason$/m);
  assert.match(await place.read('gridrun-results/junit.xml'), /cause: inner reason/);
  assert.ok((await place.results()).sites[0]?.checks[0]?.fault?.message.includes('inner reason'));
});

test('a failure about values that share their parts has no diff, and costs no other check', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      const graph = (end) => { let node = { end }; for (let i = 0; i < 40; i++) node = { left: node, right: node }; return node; };
      const differ = (actual, expected) => { throw Object.assign(new Error('they differ'), { actual, expected }); };
      it('graph', () => differ(graph(1), graph(2)));
      it('holes', () => differ(new Array(4e9), [1]));
      it('bytes', () => differ(new Uint8Array(1e8), new Uint8Array(1e8)));
      it('set', () => differ(new Set([graph(1)]), new Set([graph(2)])));
      it('thrown', () => { throw graph(1); });
      const lines = (step) => Array.from({ length: 4000 }, (_, nth) => String(((nth * step) % 3989) % 10)).join('\\n');
      it('lines', () => differ(lines(31), lines(17)));
      it('small', () => differ({ name: 'ada' }, { name: 'eve' }));
      it('passes', () => {});`,
    ),
    stallLimitMs: 5_000,
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), [
    ...['graph', 'holes', 'bytes', 'set', 'thrown', 'lines', 'small'].map((title) => `${title}: failed`),
    'passes: passed',
  ]);
  assert.equal(outcome.checks[0]?.fault?.message, 'they differ');
  assert.match(outcome.checks[6]?.fault?.stack ?? '', /-.*"ada"\n.*\+.*"eve"/);
  // 4,000 lines would have a difference of 50,000 characters, and take seconds.
  assert.ok((outcome.checks[5]?.fault?.stack?.length ?? 0) < 5_000);
  assert.ok(outcome.checks.slice(0, 5).every(({ fault }) => (fault?.stack?.length ?? 0) < 2_000));
});

test('the first frame of what a timer, a time-out or a thrown text makes is a line of the user', async () => {
  const body = `
import { WebElementCondition } from 'selenium-webdriver';
const never = new WebElementCondition('for nothing', () => null);
it('waits', async () => {
  await driver.wait(() => false, 50, 'never'); // waits
});
const helper = async () => await driver.wait(never, 50); // helper
it('waits for an element', async () => {
  await helper();
});
it('times out', function () { // times out
  this.timeout(100);
  return new Promise(() => {});
});
it('throws a text', () => { // throws a text
  throw 'a text';
});
it('calls back', (done) => {
  done('a text'); // calls back
});
it('tries again', async function () { // tries again
  this.retries(1);
  throw 'a text';
});
describe('hooked', () => {
  before(() => { // hook
    throw 'a text';
  });
  it('is behind', () => {});
});
it('waits twice', async () => {
  await driver.wait(() => false, 50, 'never'); // waits twice
});`;
  await using bench = await startBench({
    files: checkFile('esm', body),
    stub: { pages: { title: () => 'x' } },
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  const source = Object.values(checkFile('esm', body))[0]!.split('\n');
  const lineOf = (mark: string): number => source.findIndex((line) => line.endsWith(`// ${mark}`)) + 1;
  const first = Object.fromEntries(
    outcome.checks.map(({ title, fault }) => [title, /^ +at .*?(\w+\.check\.mjs:\d+)/m.exec(fault?.stack ?? '')?.[1]]),
  );
  const firstFrames = outcome.checks.map(({ fault }) => /^ +at .*/m.exec(fault?.stack ?? '')?.[0] ?? '');
  assert.ok(
    firstFrames.every((frame) => frame.includes('suite.check.mjs')),
    firstFrames.join('\n'),
  );
  assert.deepEqual(first, {
    waits: `suite.check.mjs:${lineOf('waits')}`,
    'waits for an element': `suite.check.mjs:${lineOf('helper')}`,
    'times out': `suite.check.mjs:${lineOf('times out')}`,
    'throws a text': `suite.check.mjs:${lineOf('throws a text')}`,
    'calls back': `suite.check.mjs:${lineOf('calls back')}`,
    'tries again': `suite.check.mjs:${lineOf('tries again')}`,
    'hooked is behind': `suite.check.mjs:${lineOf('hook')}`,
    'waits twice': `suite.check.mjs:${lineOf('waits twice')}`,
  });
  const [wait, twice] = ['waits', 'waits twice'].map((title) => outcome.checks.find((check) => check.title === title));
  assert.notEqual(fingerprintOf(wait!.fault!), fingerprintOf(twice!.fault!), 'two lines are one fault');
});

test('a wait whose promise nobody awaits is still noticed', async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      "it('forgets', async () => { driver.wait(() => false, 20); await new Promise((resolve) => setTimeout(resolve, 500)); });",
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), ['forgets: failed']);
});
