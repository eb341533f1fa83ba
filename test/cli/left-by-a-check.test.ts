import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';
import { startHttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';

test('the session of a check that changed its browser is replaced before the next site, and no other', async () => {
  await using stub = await startStub({ bidi: true });
  const body = `
await driver.get(site.url);
if (site.id === 'b') await driver.script().pin('window.left = true');
if (site.id === 'c') await driver.setNetworkConditions({ offline: false, latency: 5, download_throughput: 1, upload_throughput: 1 });`;
  await using place = await Workplace.with({
    'sites.json': siteList('a', 'b', 'c', 'd'),
    'x.check.mjs': checkFile(body),
  });
  const { code, stdout } = await place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url, '-j', '1']);
  assert.equal(code, 0, stdout);
  const closed = (await place.journal()).flatMap((event) => (event.type === 'session-closed' ? [event] : []));
  assert.deepEqual(
    closed.map(({ reason, siteCount }) => `${reason} after ${siteCount}`),
    ['dirty after 2', 'dirty after 1', 'done after 1'],
  );
});

/** What a check can leave behind. The last ones are known to end with the tab, so they cost no session. */
const LEFT: Readonly<Record<string, string>> = {
  pinned: "await driver.script().pin('() => { window.left = true }')",
  preloaded: "await bidi('script.addPreloadScript', { functionDeclaration: '() => { window.left = true }' })",
  zone: "await bidi('emulation.setTimezoneOverride', { timezone: 'Asia/Tokyo', userContexts: ['default'] })",
  agent: "await bidi('emulation.setUserAgentOverride', { userAgent: 'left', userContexts: ['default'] })",
  headers:
    "await bidi('network.setExtraHeaders', { headers: [{ name: 'x-left', value: { type: 'string', value: 'yes' } }] })",
  cache: "await bidi('network.setCacheBehavior', { cacheBehavior: 'bypass' })",
  intercept: "await bidi('network.addIntercept', { phases: ['beforeRequestSent'] })",
  network:
    'await driver.setNetworkConditions({ offline: true, latency: 0, download_throughput: 0, upload_throughput: 0 })',
  permission: "await driver.get(site.url); await driver.setPermission('geolocation', 'denied')",
  devtools:
    "await driver.sendDevToolsCommand('Browser.setPermission', { permission: { name: 'geolocation' }, setting: 'denied' })",
  tab: `
    await driver.sendDevToolsCommand('Network.setUserAgentOverride', { userAgent: 'left' });
    await driver.sendDevToolsCommand('Network.enable', {});
    await driver.sendDevToolsCommand('Network.setExtraHTTPHeaders', { headers: { 'x-left': 'yes' } });
    await driver.sendDevToolsCommand('Network.setCacheDisabled', { cacheDisabled: true });
    await driver.sendDevToolsCommand('Page.addScriptToEvaluateOnNewDocument', { source: 'window.left = true' });
    await driver.sendDevToolsCommand('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Tokyo' });
    await driver.sendDevToolsCommand('Emulation.setLocaleOverride', { locale: 'ja_JP' });
    await driver.sendDevToolsCommand('Emulation.setDeviceMetricsOverride', { width: 300, height: 300, deviceScaleFactor: 3, mobile: true });
    await driver.sendDevToolsCommand('Emulation.setCPUThrottlingRate', { rate: 4 });
    await driver.get(site.url);
    const [here] = await look();
    assert.match(here, /"left":true.*"agent":"left".*"zone":"Asia.Tokyo".*"locale":"ja.*"ratio":3.*"header":"yes"/);
    await driver.sendDevToolsCommand('Network.emulateNetworkConditions', { offline: true, latency: 0, downloadThroughput: 0, uploadThroughput: 0 })`,
  tabBidi: `
    const contexts = [await driver.getWindowHandle()];
    await bidi('script.addPreloadScript', { functionDeclaration: '() => { window.left = true }', contexts });
    await bidi('emulation.setTimezoneOverride', { timezone: 'Asia/Tokyo', contexts });
    await bidi('network.setExtraHeaders', { headers: [{ name: 'x-left', value: { type: 'string', value: 'yes' } }], contexts });
    await bidi('network.setCacheBehavior', { cacheBehavior: 'bypass', contexts });
    await bidi('browsingContext.setViewport', { context: contexts[0], viewport: { width: 300, height: 300 }, devicePixelRatio: 3 })`,
};

const DEEDS = Object.entries(LEFT).map(([name, deed]) => `${name}: async () => { ${deed}; }`);

const SUITE = `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
const bidi = async (method, params) => {
  const answer = await (await driver.getBidi()).send({ method, params });
  assert.equal(answer.error, undefined, JSON.stringify(answer));
};
const look = async () => await driver.executeAsyncScript(async (done) => {
  const { state } = await navigator.permissions.query({ name: 'geolocation' });
  const text = async () => await (await fetch('/cached')).text();
  const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions();
  done([JSON.stringify({ left: window.left ?? false, agent: navigator.userAgent, zone: timeZone, locale,
    ratio: devicePixelRatio, width: innerWidth, header: document.body.textContent, state }), (await text()) === (await text())]);
});
let first;
const deeds = { clean: async () => {}, ${DEEDS.join(',\n')} };
it('sees nothing and leaves something', async () => {
  await driver.get(site.url);
  const seen = await look();
  assert.deepEqual(seen, first ??= seen);
  assert.equal(seen[1], true, 'the cache is off');
  await deeds[site.id]();
});
`;

test('what a check sets by BiDi or DevTools does not reach the next site', { skip: missing('chrome') }, async () => {
  let served = 0;
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/cached')
      return response.writeHead(200, { 'cache-control': 'max-age=999' }).end(String((served += 1)));
    const header = String(request.headers['x-left'] ?? 'no');
    return response.writeHead(200, { 'content-type': 'text/html' }).end(`<!doctype html><body>${header}</body>`);
  });
  // The harmless ones come last, so that each has a site behind it in the same session.
  const ids = ['clean', ...Object.keys(LEFT), 'clean2'];
  const sites = ids.map((id) => ({ id, url: server.url }));
  await using place = await Workplace.with({
    'sites.json': JSON.stringify(sites),
    'x.check.mjs': SUITE.replace('clean: async', 'clean2: async () => {}, clean: async'),
  });
  const { code, stdout } = await place.run(['x.check.mjs', '--sites', 'sites.json', '-j', '1', '--infra-retries', '0']);
  assert.equal(code, 0, stdout);
  const closed = (await place.journal()).flatMap((event) => (event.type === 'session-closed' ? [event.siteCount] : []));
  // `intercept`, `tab` and `tabBidi` cost no session: the first session has `clean` and `pinned`.
  assert.deepEqual(closed, [2, 1, 1, 1, 1, 1, 2, 1, 1, 3]);
});

test(
  'keys and mouse buttons that a check holds down are let go before the next site',
  { skip: missing('chrome') },
  async () => {
    await using server = await startHttpServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><body>page</body>');
    });
    const suite = `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
import { Key, Origin } from 'selenium-webdriver';
it('holds, then sees', async () => {
  await driver.get(site.url);
  if (site.id === 'holds') return await driver.actions().keyDown(Key.SHIFT).move({ x: 40, y: 50, duration: 0 }).press().perform();
  await driver.executeScript(() => addEventListener('mousemove', ({ shiftKey, buttons, x, y }) => (window.seen = [shiftKey, buttons, x, y])));
  await driver.actions().move({ origin: Origin.POINTER, x: 3, y: 4, duration: 0 }).perform();
  assert.deepEqual(await driver.executeScript(() => window.seen), [false, 0, 3, 4]);
});
`;
    await using place = await Workplace.with({
      'sites.json': JSON.stringify(['holds', 'sees'].map((id) => ({ id, url: server.url }))),
      'x.check.mjs': suite,
    });
    const { code, stdout } = await place.run([
      'x.check.mjs',
      '--sites',
      'sites.json',
      '-j',
      '1',
      '--infra-retries',
      '0',
    ]);
    assert.equal(code, 0, stdout);
    const closed = (await place.journal()).flatMap((event) =>
      event.type === 'session-closed' ? [event.siteCount] : [],
    );
    assert.deepEqual(closed, [2]);
  },
);
