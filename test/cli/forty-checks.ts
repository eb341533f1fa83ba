/**
 * A suite of 40 checks with deliberate faults: tests made too late, errors that stray, changes of what a process owns, state
 * left in the session. Every check says what is right for a site that has its process for itself. On `a` and `d` checks change
 * things, on `b` some fail, `c` and `e` only look, `f` is cut by its time limit.
 */
export const FORTY_SITES = ['a', 'b', 'c', 'd', 'e', 'f'] as const;

const QUEUE = `
let queue = [];
const run = () => { const due = queue; queue = []; for (const call of due) call(); };
export const queued = (call) => new Promise((resolve, reject) => {
  const settle = () => { try { resolve(call()); } catch (error) { reject(error); } };
  if (queue.push(settle) === 1) setTimeout(run, 4);
});
export const settings = { base: 'none' };
`;

const HELPERS = `
import { WebElement } from 'selenium-webdriver';
import { driver, site } from 'gridrun/check';
const { getText } = WebElement.prototype;
export const texts = [];
WebElement.prototype.getText = async function () { texts.push(site.id); return await getText.call(this); };
globalThis.page = { open: async () => { await driver.get(site.url); return site.id; } };
const first = Array.prototype.second;
Array.prototype.second = function () { return first === undefined ? this[1] : 'a layer'; };
`;

const CHECKS = `
import assert from 'node:assert/strict';
import http from 'node:http';
import { createServer } from 'node:net';
import { readFileSync } from 'node:fs';
import { queued, settings } from 'queued';
import { driver, site } from 'gridrun/check';
import { texts } from './helpers.mjs';

const PORT = Number(readFileSync(new URL('./port', import.meta.url), 'utf8'));
const home = process.cwd(), mask = process.umask(), RealDate = Date, realTimeout = setTimeout, realRandom = Math.random;
const realRequest = http.request, realLog = console.log, realWrite = process.stdout.write, realFetch = fetch, realAt = Array.prototype.at;
const pause = (ms) => new Promise((resolve) => realTimeout(resolve, ms));
const changes = () => site.id === 'a' || site.id === 'd';
const on = (id) => site.id === id;

/** A check that changes something on some sites, and reads it between commands on all. */
const owns = (title, change, undo, read) => it(title, async () => {
  if (changes()) change();
  try {
    for (let nth = 0; nth < 4; nth++) { await driver.getTitle(); assert.equal(read(), changes()); }
  } finally {
    if (changes()) undo();
  }
});

describe('verdicts', () => {
  it('passes', async () => { await driver.get(site.url); assert.equal(await driver.getCurrentUrl(), site.url); });
  it('fails', () => { assert.equal(1, on('b') ? 2 : 1); });
  it('fails everywhere', () => { assert.fail('as it should'); });
  it('throws a text', () => { if (on('b')) throw 'a text'; });
  it('has a cause', () => { if (on('b')) throw new Error('outer', { cause: new Error('inner') }); });
  it('has several', () => { if (on('b')) throw new AggregateError([new Error('one'), new Error('two')], 'both'); });
  it('skips itself', function () { if (on('c')) this.skip(); });
  it('is rescued', function () { this.retries(1); if (on('b') && !this.test.currentRetry()) throw new Error('first'); });
  it('finds nothing', async () => { if (on('b')) await driver.switchTo().window('nowhere'); });
});

describe('strays', () => {
  it('throws later', async () => { if (on('b')) realTimeout(() => { throw new Error('later'); }, 1); await pause(20); });
  it('forgets a rejection', async () => { if (on('b')) void Promise.reject(new Error('forgotten')); await pause(20); });
  it('is done twice', (done) => { done(); if (on('b')) done(); });
  it('takes too long', function () { this.timeout(200); return on('b') ? new Promise(() => {}) : undefined; });
  it('exits', () => { if (on('b')) process.exit(1); });
  it('makes a test', () => { if (on('b')) it('too late', () => {}); });
});

describe('hooks', () => {
  describe('before', () => { before(() => { if (on('b')) throw new Error('before'); }); it('is behind before', () => {}); });
  describe('each', () => { beforeEach(() => { if (on('b')) throw new Error('each'); }); it('is behind each', () => {}); });
  describe('after', () => { afterEach(() => { if (on('b')) throw new Error('after'); }); it('is before after', () => {}); });
  describe('all', () => { after(() => { if (on('b')) throw new Error('all'); }); it('is before all', () => {}); it('is last', () => {}); });
});

describe('what a process owns', () => {
  owns('the folder', () => process.chdir('/'), () => process.chdir(home), () => process.cwd() === '/');
  owns('the environment', () => { process.env.WHO = site.id; }, () => { delete process.env.WHO; }, () => process.env.WHO === site.id);
  owns('the umask', () => process.umask(0o70), () => process.umask(mask), () => process.umask() === 0o70);
  owns('the date', () => { globalThis.Date = class extends RealDate { static now() { return 5; } }; }, () => { globalThis.Date = RealDate; }, () => Date.now() === 5);
  owns('a global', () => { globalThis.who = site.id; }, () => { delete globalThis.who; }, () => globalThis.who === site.id);
  owns('a builtin', () => { Array.prototype.at = () => 'patched'; }, () => { Array.prototype.at = realAt; }, () => [1].at(0) === 'patched');
  owns('chance', () => { Math.random = () => 5; }, () => { Math.random = realRandom; }, () => Math.random() === 5);
  owns('requests', () => { http.request = () => 'mocked'; }, () => { http.request = realRequest; }, () => http.request('http://127.0.0.1:1', { lookup() {} })?.on?.('error', () => {}) === undefined);
  owns('fetch', () => { globalThis.fetch = () => 'mocked'; }, () => { globalThis.fetch = realFetch; }, () => fetch !== realFetch);
  owns('the console', () => { console.log = () => 'mocked'; }, () => { console.log = realLog; }, () => console.log !== realLog);
  owns('output', () => { process.stdout.write = () => true; }, () => { process.stdout.write = realWrite; }, () => process.stdout.write !== realWrite);
  owns('settings of a package', () => { settings.base = site.url; }, () => { settings.base = 'none'; }, () => settings.base === site.url);
  describe('timers', () => {
    beforeEach(() => { if (changes()) globalThis.setTimeout = (call, _ms, ...args) => realTimeout(call, 1, ...args); });
    afterEach(() => { globalThis.setTimeout = realTimeout; });
    it('fires timers at once', async () => { for (let nth = 0; nth < 4; nth++) { await driver.getTitle(); assert.equal(setTimeout === realTimeout, !changes()); } });
  });
  describe('errors', () => {
    const caught = [];
    const handler = (error) => caught.push(error);
    it('handles errors', async () => {
      if (changes()) process.on('unhandledRejection', handler);
      const count = process.listenerCount('unhandledRejection');
      await driver.getTitle();
      await driver.getTitle();
      assert.equal(process.listenerCount('unhandledRejection'), count);
      process.off('unhandledRejection', handler);
      assert.deepEqual(caught, []);
    });
  });
  describe('a port', () => {
    let server;
    before((done) => { server = createServer(); server.on('error', done); server.listen(PORT, '127.0.0.1', done); });
    it('listens', async () => { await driver.getTitle(); });
    after((done) => { server.close(done); });
  });
});

describe('sites', () => {
  it('is called once', async () => { texts.length = 0; await driver.findElement({ css: 'h1' }).getText(); assert.deepEqual(texts, [site.id]); });
  it('opens its own page', async () => { assert.equal(await page.open(), site.id); assert.equal(await driver.getCurrentUrl(), site.url); assert.equal([1, 2].second(), 2); });
  it('comes back from a queue', async () => { const { id } = site; for (let nth = 0; nth < 5; nth++) await queued(() => assert.equal(site.id, id)); });
  it('has a session as new', async () => {
    assert.equal((await driver.manage().getTimeouts()).implicit, 0);
    assert.deepEqual(await driver.manage().getCookies(), []);
    if (changes()) { await driver.manage().setTimeouts({ implicit: 5 }); await driver.manage().addCookie({ name: 'who', value: site.id }); }
  });
});

describe('the end', () => {
  let clock;
  before(() => { clock = globalThis.setInterval; if (on('f')) globalThis.setInterval = () => 0; });
  it('is cut', async () => { if (on('f')) await new Promise(() => {}); assert.equal(setInterval, clock); });
  after(() => { globalThis.setInterval = clock; });
});
`;

/** The files of the suite. Its fixed port is `port`. */
export function fortyChecks(port: number): Record<string, string> {
  return {
    'node_modules/queued/package.json': '{"name":"queued","type":"module","main":"index.js"}',
    'node_modules/queued/index.js': QUEUE,
    port: String(port),
    'helpers.mjs': HELPERS,
    'forty.check.mjs': CHECKS,
  };
}
