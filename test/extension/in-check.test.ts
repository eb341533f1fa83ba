import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Grid } from '../../src/core/ports.ts';
import { extensionGrid, type ExtensionGrid } from '../../src/extension/extension-grid.ts';
import { readExtension } from '../../src/extension/read-extension.ts';
import { isolation } from '../../src/session/isolation.ts';
import { startBench } from '../check/suite-bench.ts';
import { startHttpServer, type HttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';
import { probeExtension, PROBE_FILES, type ProbeExtension } from './probe-extension.ts';
import { NEVER, ownLocalGrid, request } from './sessions.ts';

const SUITE = `
import assert from 'node:assert/strict';
import { driver, extension, site } from 'gridrun/check';
const heard = () => driver.executeScript('return document.documentElement.dataset.heard');
const visit = async (hash) => {
  await driver.get('about:blank');
  await driver.get(site.url + hash);
  await driver.wait(heard, 5000);
  return await heard();
};
it('tells what it is', async () => {
  assert.ok(extension.loaded);
  assert.equal(extension.name + ' ' + extension.version, 'Probe 1.2.3');
  assert.equal(extension.url('/a.html'), 'chrome-extension://' + extension.id + '/a.html');
  assert.deepEqual(await extension.errors(), []);
});
it('reads and writes its storage', async () => {
  assert.deepEqual(await extension.storage.get('local'), {});
  await extension.storage.set('local', { before: { deep: [1] } });
  await visit('#a');
  assert.deepEqual(await extension.storage.get('local'), { before: { deep: [1] }, visited: '#a' });
  assert.deepEqual(await extension.storage.get('local', 'visited'), { visited: '#a' });
  await extension.stopWorker();
  await extension.storage.set('local', { before: 2 });
  assert.deepEqual(await extension.storage.get('local'), { before: 2, visited: '#a' });
});
it('opens its pages and comes back', async () => {
  const [tab] = await driver.getAllWindowHandles();
  await extension.openPopup();
  assert.equal(await driver.getTitle(), 'popup');
  await extension.closeTab();
  await extension.openOptions();
  assert.equal(await driver.getTitle(), 'options');
  await extension.closeTab();
  assert.deepEqual([await driver.getWindowHandle(), await driver.getAllWindowHandles()], [tab, [tab]]);
});
it('stops the worker, and the next event starts it again', async () => {
  const before = Number(await visit('#b'));
  assert.equal(await visit('#b'), String(before + 1));
  await extension.stopWorker();
  assert.equal(await visit('#c'), '1');
  assert.equal(await visit('#c'), '2');
  const text = (await extension.console()).map((line) => line.level + ' ' + line.text);
  assert.equal(text.filter((line) => line === 'log worker starts').length, 3, text.join('\\n'));
  assert.ok(text.includes('log heard #b') && text.includes('log heard #c'));
  assert.deepEqual(await extension.errors(), []);
});
`;

const THROWS = `
import { driver, extension, site } from 'gridrun/check';
it('lets it throw', async () => {
  for (const hash of site.data) {
    await driver.get('about:blank');
    await driver.get(site.url + hash);
    await driver.wait(() => driver.executeScript('return document.documentElement.dataset.heard'), 5000);
  }
  await driver.wait(async () => (await extension.errors()).length >= site.tags.length, 5000);
});
it('goes on in another tab', async () => {
  const [first] = await driver.getAllWindowHandles();
  await driver.switchTo().newWindow('tab');
  const [second] = (await driver.getAllWindowHandles()).filter((handle) => handle !== first);
  await driver.switchTo().window(first);
  await driver.close();
  await driver.switchTo().window(second);
  await driver.get(site.url);
});
`;

describe('what checks see of the extension', { skip: missing('chrome') }, () => {
  let site: HttpServer;
  let probe: ProbeExtension;
  let local: Grid;
  let grid: ExtensionGrid;
  before(async () => {
    site = await startHttpServer((_request, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end(
          `<!doctype html><title>site</title><script>if (location.hash === '#page') throw new Error('of the page');</script>`,
        ),
    );
    probe = await probeExtension(PROBE_FILES);
    local = await ownLocalGrid();
    grid = extensionGrid(local, await readExtension(probe.folder));
  });
  after(async () => {
    await local?.[Symbol.asyncDispose]();
    await probe?.[Symbol.asyncDispose]();
    await site?.[Symbol.asyncDispose]();
  });

  test('its name, its storage, its pages, its worker', async () => {
    await using bench = await startBench({ files: { 'checks/a.check.mjs': SUITE }, checkTimeoutMs: 30_000 });
    const owned = await grid.openSession(request());
    try {
      for (const id of ['first', 'second']) {
        const outcome = await bench.attempt({ site: { id, url: `${site.url}/` }, session: owned.session });
        assert.deepEqual(
          outcome.checks.map(({ status, fault }) => fault?.message ?? status),
          ['passed', 'passed', 'passed', 'passed'],
        );
        assert.equal(outcome.extensionErrors, undefined);
        await isolation('wipe').reset(owned.session, NEVER);
        await grid.reset(owned.session, NEVER);
      }
    } finally {
      await owned.release();
    }
  });

  test('what it throws in pages and in its worker is collected, and nothing else', async () => {
    const data = ['#throw-in-page', '#throw-in-worker', '#reject-in-worker', '#console-in-worker', '#page'];
    for (const failOnExtensionErrors of [false, true]) {
      await using bench = await startBench({
        files: { 'checks/a.check.mjs': THROWS },
        checkTimeoutMs: 30_000,
        failOnExtensionErrors,
      });
      const owned = await grid.openSession(request());
      try {
        const outcome = await bench.attempt({
          site: { id: 'a', url: `${site.url}/`, data, tags: ['1', '2', '3'] },
          session: owned.session,
        });
        const errors = outcome.extensionErrors?.map(({ message, where }) => `${where}: ${message}`).toSorted();
        assert.deepEqual(errors, [
          'page: TypeError: thrown in the page',
          'worker: Error: rejected in the worker',
          'worker: RangeError: thrown in the worker',
        ]);
        assert.ok(
          outcome.extensionErrors!.every(({ stack }) =>
            /chrome-extension:\/\/[a-p]{32}\/(content|worker)\.js:\d+/.test(stack),
          ),
        );
        const [, last] = outcome.checks;
        assert.deepEqual(
          outcome.checks.map(({ status }) => status),
          failOnExtensionErrors ? ['passed', 'failed'] : ['passed', 'passed'],
        );
        if (failOnExtensionErrors)
          assert.deepEqual([last?.fault?.code, last?.fault?.cause], ['extension.error', 'extension']);
      } finally {
        await owned.release();
      }
    }
  });

  test('in a session without one, a check is told so', async () => {
    const body = `import { extension } from 'gridrun/check'; it('a', () => { if (extension.loaded) throw new Error('loaded'); }); it('b', () => extension.id);`;
    await using bench = await startBench({ files: { 'checks/a.check.mjs': body } });
    const outcome = await bench.attempt({ site: { id: 'a', url: 'https://a.example/' } });
    assert.deepEqual(
      outcome.checks.map(({ status }) => status),
      ['passed', 'failed'],
    );
    assert.match(outcome.checks[1]!.fault!.message, /this session has no extension/);
  });
});
