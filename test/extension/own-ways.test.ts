import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workplace } from '../support/command.ts';
import { startHttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';
import { manifestWith } from './probe-extension.ts';

const SKIP = { skip: missing('chrome') };

/** What the pages and the extension ask the server for, by path. */
async function startPages() {
  const asked: string[] = [];
  const server = await startHttpServer((request, response) => {
    const path = request.url ?? '/';
    if (path === '/asked') return response.end(String(asked.filter((one) => one === '/opened').length));
    asked.push(path.split('?', 1)[0]!);
    response.writeHead(200, { 'content-type': 'text/html', 'access-control-allow-origin': '*' });
    return response.end('<!doctype html><h1>Shop</h1><form><input name=user></form>');
  });
  return { asked, url: server.url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function placeWith(url: string, worker: string, check: string, ids: readonly string[]): Promise<Workplace> {
  return await Workplace.with({
    'ext/manifest.json': JSON.stringify(
      manifestWith({
        background: { service_worker: 'worker.js' },
        content_scripts: [{ matches: ['http://*/*'], js: ['content.js'] }],
        permissions: ['storage', 'tabs'],
        host_permissions: ['http://*/*'],
      }),
    ),
    'ext/content.js':
      'document.documentElement.dataset.marked = "yes"; addEventListener("do", () => chrome.runtime.sendMessage("do")); setInterval(() => { if (!chrome.runtime?.id) document.documentElement.dataset.gone = "yes"; }, 20);',
    'ext/welcome.html': '<!doctype html><h1>Thank you for installing</h1>',
    'ext/worker.js': worker.replaceAll('SERVER', url),
    'sites.json': JSON.stringify(ids.map((id) => ({ id, url: `${url}/?${id}` }))),
    'x.check.mjs': `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
it('works @extension', async () => {
  await driver.get(site.url);
  assert.equal(await driver.executeScript('return document.documentElement.dataset.marked'), 'yes');
${check.replaceAll('SERVER', url)}
});`,
  });
}

const WITHOUT_CONTROL = ['x.check.mjs', '--sites', 'sites.json', '--extension', 'ext', '-j', '1', '--per-host', '2'];
const RUN = [...WITHOUT_CONTROL, '--control', 'none'];

test('a welcome tab does not hide the page of a site, and no page is opened at an uninstall', SKIP, async () => {
  await using pages = await startPages();
  const worker = `
chrome.runtime.setUninstallURL('SERVER/goodbye');
chrome.runtime.onInstalled.addListener(async () => {
  await chrome.tabs.create({ url: 'welcome.html', active: true });
  await fetch('SERVER/opened');
});`;
  // A hidden page gets next to no frames: the check would not end in time.
  const check = `
  const own = Number(site.id);
  await driver.wait(async () => Number(await (await fetch('SERVER/asked')).text()) >= own, 10_000);
  const seen = await driver.executeAsyncScript(\`
    const done = arguments[arguments.length - 1]; let n = 0;
    const step = () => (++n === 30 ? done(document.visibilityState) : requestAnimationFrame(step));
    requestAnimationFrame(step);\`);
  assert.equal(seen, 'visible');
  await driver.wait(async () => (await driver.getAllWindowHandles()).length === 1, 10_000);`;
  await using place = await placeWith(pages.url, worker, check, ['1', '2', '3']);
  const { code, stdout } = await place.run([...RUN, '--timeout', '30000']);
  assert.equal(code, 0, stdout);
  assert.ok(!pages.asked.includes('/goodbye'), 'the uninstall page was opened');
});

test('an extension that reloads itself is there for its sites', SKIP, async () => {
  await using pages = await startPages();
  const worker = 'chrome.runtime.onMessage.addListener(() => chrome.runtime.reload());';
  const check = `if (site.id === '1') await driver.executeScript('dispatchEvent(new Event("do"))');`;
  await using place = await placeWith(pages.url, worker, check, ['1', '2']);
  const { code, stdout } = await place.run(RUN);
  assert.equal(code, 0, stdout);
});

test('a site is not judged if its extension is gone at the end', SKIP, async () => {
  await using pages = await startPages();
  const worker = 'chrome.runtime.onMessage.addListener(() => chrome.management.uninstallSelf());';
  const check = `
  if (site.id === '1') {
    await driver.executeScript('dispatchEvent(new Event("do"))');
    await driver.wait(() => driver.executeScript('return document.documentElement.dataset.gone'), 20_000);
  }
  assert.notEqual(site.id, '1', 'looks wrong without the extension');`;
  await using place = await placeWith(pages.url, worker, check, ['1', '2']);
  const { code, stdout } = await place.run([...WITHOUT_CONTROL, '--infra-retries', '1']);
  assert.equal(code, 3, stdout + JSON.stringify((await place.results()).sites, null, 1));
  const [gone, there] = (await place.results()).sites;
  assert.deepEqual(
    [gone?.verdict, gone?.cause, gone?.code, gone?.attempts],
    ['errored', 'extension', 'extension.not-loaded', 2],
  );
  assert.equal(there?.verdict, 'passed');
});

test('a site is not judged in a window that the extension has minimized', SKIP, async () => {
  await using pages = await startPages();
  const worker =
    "chrome.runtime.onMessage.addListener(() => chrome.windows.getCurrent().then(({ id }) => chrome.windows.update(id, { state: 'minimized' })));";
  const check = `
  if (site.id === '1') {
    await driver.executeScript('dispatchEvent(new Event("do"))');
    await driver.wait(() => driver.executeScript('return document.hidden'), 20_000);
  }`;
  await using place = await placeWith(pages.url, worker, check, ['1', '2']);
  const { code, stdout } = await place.run([...WITHOUT_CONTROL, '--infra-retries', '1']);
  assert.equal(code, 3, stdout);
  const [hidden, shown] = (await place.results()).sites;
  assert.deepEqual(
    [hidden?.verdict, hidden?.cause, hidden?.code, hidden?.attempts],
    ['errored', 'extension', 'extension.hid-page', 2],
  );
  assert.equal(shown?.verdict, 'passed');
});
