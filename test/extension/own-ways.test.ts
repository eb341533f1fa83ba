import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Workplace } from '../support/command.ts';
import { startHttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';
import { manifestWith } from './probe-extension.ts';

const SKIP = { skip: missing('chrome') };

/** What to ask the server for how often another path was asked for. */
const COUNTS: Readonly<Record<string, string>> = { '/asked': '/opened', '/asked-ahead': '/ahead' };

/** What the pages and the extension ask the server for, by path. */
async function startPages() {
  const asked: string[] = [];
  const server = await startHttpServer((request, response) => {
    const path = request.url ?? '/';
    const count = COUNTS[path];
    if (count !== undefined) return response.end(String(asked.filter((one) => one === count).length));
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
  const check = `
  if (site.id === '1') {
    await driver.executeScript('dispatchEvent(new Event("do"))');
    await driver.wait(() => driver.executeScript('return document.documentElement.dataset.gone'), 20_000);
    await driver.wait(async () => {
      await driver.get(site.url);
      return await driver.executeScript('return document.documentElement.dataset.marked');
    }, 5_000);
  }`;
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

/** Closes the site's tab in each way that an extension has. The id of the site names the way. */
const TAKES_TAB = `
const WAYS = {
  closes: (tab) => chrome.tabs.remove(tab.id),
  'closes-window': (tab) => chrome.windows.remove(tab.windowId),
  replaces: async (tab) => { await chrome.tabs.create({ url: 'SERVER/other' }); await chrome.tabs.remove(tab.id); },
  discards: (tab) => chrome.tabs.discard(tab.id),
  'closes-in-hook': (tab) => chrome.tabs.remove(tab.id),
};
chrome.runtime.onMessage.addListener((message, { tab }) => void WAYS[new URL(tab.url).search.slice(1)]?.(tab));`;
/** A tab that is gone shows itself in the next command. */
const UNTIL_GONE = `
    await driver.executeScript('dispatchEvent(new Event("do"))');
    for (;;) assert.equal(typeof (await driver.getTitle()), 'string');`;

test('an extension that closes or discards the tab of a site is to blame', SKIP, async () => {
  await using pages = await startPages();
  const ids = ['closes', 'closes-window', 'replaces', 'discards', 'closes-in-hook', 'stays'];
  const check = `
  if (site.id !== 'stays' && site.id !== 'closes-in-hook') {${UNTIL_GONE}
  }
});
it('needs no page', () => {});
afterEach('closes', async () => {
  if (site.id === 'closes-in-hook') {${UNTIL_GONE}
  }`;
  await using place = await placeWith(pages.url, TAKES_TAB, check, ids);
  const { code, stdout } = await place.run([...WITHOUT_CONTROL, '--infra-retries', '1']);
  assert.equal(code, 1, stdout);
  const { sites } = await place.results();
  assert.deepEqual(
    sites.map((site) => [site.id, site.verdict, site.cause, site.code, site.attempts]),
    [
      ...ids.slice(0, -1).map((id) => [id, 'failed', 'extension', 'extension.closed-tab', 1]),
      ['stays', 'passed', undefined, undefined, 1],
    ],
    stdout,
  );
  const messages = sites.map(({ checks }) => checks.find(({ fault }) => fault !== undefined)?.fault?.message);
  const closed = "the extension closed the site's tab";
  assert.deepEqual(messages, [closed, closed, closed, "the extension discarded the site's tab", closed, undefined]);
});

test('an extension is not to blame for tabs that others close', SKIP, async () => {
  await using pages = await startPages();
  const check = `
  const { execFileSync } = await import('node:child_process');
  const start = await driver.getWindowHandle();
  if (site.id === 'by-check') {
    await driver.switchTo().newWindow('tab');
    const other = await driver.getWindowHandle();
    await driver.switchTo().window(start);
    await driver.close();
  }
  if (site.id === 'by-devtools') await driver.sendDevToolsCommand('Target.closeTarget', { targetId: start }).catch(() => {});
  if (site.id === 'by-crash') await driver.get('chrome://crash').catch(() => {});
  if (site.id === 'by-kill') {
    const { userDataDir } = (await driver.getCapabilities()).get('chrome');
    process.kill(Number(execFileSync('pgrep', ['-of', '--', '--user-data-dir=' + userDataDir]).toString()), 'SIGKILL');
  }
  if (site.id === 'by-page') await driver.executeScript('close(); open("", "_self"); close();');
  if (site.id === 'in-popup') {
    await driver.executeScript('window.popup = open("/popup"); popup.opener.close(); popup.close();');
  }
  if (site.id !== 'by-page' && site.id !== 'in-popup') for (;;) assert.equal(typeof (await driver.getTitle()), 'string');
  assert.equal(await driver.getTitle(), 'not this');`;
  const ids = ['by-check', 'by-devtools', 'by-crash', 'by-kill', 'by-page', 'in-popup'];
  await using place = await placeWith(pages.url, '', check, ids);
  const { stdout } = await place.run([...WITHOUT_CONTROL, '--infra-retries', '0']);
  const { sites } = await place.results();
  assert.deepEqual(
    sites.map((site) => [site.id, site.cause, site.code]),
    [
      ['by-check', 'check', 'check.failed'],
      ['by-devtools', 'browser', 'browser.crashed'],
      ['by-crash', 'browser', 'browser.tab-crashed'],
      ['by-kill', 'browser', 'browser.crashed'],
      ['by-page', 'check', 'check.failed'],
      ['in-popup', 'check', 'check.failed'],
    ],
    stdout,
  );
});

test('a page that Chrome loads ahead is not closed with the tab of its site', SKIP, async () => {
  await using pages = await startPages();
  const check = `
  await driver.executeScript(\`
    const rules = document.createElement('script');
    rules.type = 'speculationrules';
    rules.textContent = JSON.stringify({ prerender: [{ source: 'list', urls: ['/ahead'] }] });
    document.head.append(rules);\`);
  // A tab that an extension opens would be closed by now.
  await driver.wait(async () => Number(await (await fetch('SERVER/asked-ahead')).text()) > 0, 10_000);
  await driver.executeScript("dispatchEvent(new Event('do'))");
  await driver.wait(async () => Number(await (await fetch('SERVER/asked')).text()) > 0, 10_000);
  await driver.wait(async () => (await driver.getAllWindowHandles()).length === 1, 10_000);
  await driver.executeScript("location.href = '/ahead'");
  await driver.wait(async () => (await driver.getCurrentUrl()).endsWith('/ahead'), 10_000);
  const shownAt = "return performance.getEntriesByType('navigation')[0].activationStart";
  assert.ok((await driver.executeScript(shownAt)) > 0, 'it was not loaded ahead');`;
  const worker = `chrome.runtime.onMessage.addListener(() =>
    chrome.tabs.create({ url: 'about:blank', active: true }).then(() => fetch('SERVER/opened')));`;
  await using place = await placeWith(pages.url, worker, check, ['1']);
  const { code, stdout } = await place.run([...WITHOUT_CONTROL, '--infra-retries', '0', '--timeout', '30000']);
  assert.equal(code, 0, stdout);
});
