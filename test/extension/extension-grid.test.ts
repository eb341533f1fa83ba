import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GridrunError } from '../../src/core/fault.ts';
import type { Grid, SessionFacts } from '../../src/core/ports.ts';
import { extensionGrid } from '../../src/extension/extension-grid.ts';
import { readExtension } from '../../src/extension/read-extension.ts';
import { remoteGrid } from '../../src/grid/remote.ts';
import { isolation } from '../../src/session/isolation.ts';
import { startHttpServer, type HttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';
import { startSeleniumGrid, type SeleniumGrid } from '../support/selenium-grid.ts';
import { manifestWith, probeExtension, PROBE_FILES, type ProbeExtension } from './probe-extension.ts';
import { commandsOf, NEVER, ownLocalGrid, request } from './sessions.ts';

let site: HttpServer;
before(async () => {
  site = await startHttpServer((_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>site</title>'),
  );
});
after(() => site[Symbol.asyncDispose]());

/** How many messages the probe's worker has received so far, this page's included. */
async function heardOn(session: SessionFacts, hash = ''): Promise<unknown> {
  const { post, run } = commandsOf(session);
  await post('/url', { url: 'about:blank' });
  await post('/url', { url: `${site.url}/${hash}` });
  return await run(
    'const look = () => { const { heard } = document.documentElement.dataset; if (heard) done(heard); else requestAnimationFrame(look); }; look();',
  );
}

async function storedIn(session: SessionFacts): Promise<unknown> {
  const { post, run } = commandsOf(session);
  await post('/url', { url: `chrome-extension://${session.extension!.id}/options.html` });
  return await run('chrome.storage.local.get().then(done)');
}

async function thrownBy(work: Promise<unknown>): Promise<GridrunError> {
  return await work.then(
    () => assert.fail('it did not throw'),
    (error: unknown) => {
      assert.ok(error instanceof GridrunError, String((error as Error).stack));
      return error;
    },
  );
}

const PLACES: readonly [string, string | false, () => Promise<{ grid: Grid; hub?: SeleniumGrid }>][] = [
  ['the Chrome of this machine', missing('chrome'), async () => ({ grid: await ownLocalGrid() })],
  [
    'a hub and a node',
    missing('chrome', 'selenium'),
    async () => {
      const hub = await startSeleniumGrid({ nodes: 1 });
      return { grid: remoteGrid(hub.url, { sessions: 2, capabilities: {} }), hub };
    },
  ],
];

const CAPABILITIES = { 'goog:chromeOptions': { args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] } };

for (const [place, skip, open] of PLACES) {
  describe(`an extension on ${place}`, { skip }, () => {
    let grid: Grid;
    let hub: SeleniumGrid | undefined;
    let probe: ProbeExtension;
    before(async () => {
      probe = await probeExtension(PROBE_FILES);
      ({ grid, hub } = await open());
    });
    after(async () => {
      await grid?.[Symbol.asyncDispose]();
      await hub?.stop();
      await probe?.[Symbol.asyncDispose]();
    });

    test('is in every session, proved, and works; wipe and reset leave nothing of it behind', async () => {
      const pkg = await readExtension(probe.folder);
      const extended = extensionGrid(grid, pkg);
      const { extension, text } = await extended.preflight(request(CAPABILITIES));
      assert.deepEqual(
        { ...extension, id: '' },
        { id: '', name: 'Probe', version: '1.2.3', sha256: pkg.sha256, popup: 'popup.html', options: 'options.html' },
      );
      assert.match(text, /^Probe 1\.2\.3 \(sha256 [0-9a-f]{12}…\): uploaded to the browser, installed over BiDi$/);
      const owned = await extended.openSession(request(CAPABILITIES));
      try {
        const { session } = owned;
        assert.match(session.extension!.id, /^[a-p]{32}$/);
        for (const round of [1, 2]) {
          assert.equal(await heardOn(session, '#a'), '1', `round ${round}: a worker that has heard nothing before`);
          assert.equal(await heardOn(session, '#b'), '2');
          assert.deepEqual(await storedIn(session), { visited: '#b' });
          await isolation('wipe').reset(session, NEVER);
          assert.deepEqual(await storedIn(session), { visited: '#b' }, 'wipe alone leaves it');
          await isolation('wipe').reset(session, NEVER);
          await extended.reset(session, NEVER);
          assert.deepEqual(await storedIn(session), {});
        }
      } finally {
        await owned.release();
      }
    });

    test('that dies at its start, or has no worker, is told before any site', async () => {
      for (const [worker, text] of [
        ['throw new Error("not today");', /dies when it starts: Uncaught Error: not today \(worker\.js:1\)/],
        ['let x = ;', /dies when it starts: Uncaught SyntaxError: .* \(worker\.js:1\)/],
      ] as const) {
        await using dead = await probeExtension({ ...PROBE_FILES, 'worker.js': worker });
        const extended = extensionGrid(grid, await readExtension(dead.folder));
        const refused = await thrownBy(extended.preflight(request(CAPABILITIES)));
        assert.deepEqual([refused.code, refused.answer], ['extension.worker-died', 'refuse']);
        assert.match(refused.message, text);
        const error = await thrownBy(extended.openSession(request(CAPABILITIES)));
        assert.deepEqual([error.code, error.blames, error.answer], ['extension.not-loaded', 'extension', 'retry']);
      }
    });

    test('that Chrome refuses is told in its words', async () => {
      await using refusedByChrome = await probeExtension({
        'manifest.json': manifestWith({
          permissions: ['storage'],
          host_permissions: ['no pattern'],
          web_accessible_resources: [{ resources: 7 }],
        }),
      });
      const error = await thrownBy(
        extensionGrid(grid, await readExtension(refusedByChrome.folder)).preflight(request(CAPABILITIES)),
      );
      assert.deepEqual([error.code, error.answer], ['extension.not-loaded', 'refuse']);
      assert.match(error.message, /web_accessible_resources/);
    });

    test('without a worker it is proved by the list alone', async () => {
      await using plain = await probeExtension({ 'manifest.json': manifestWith() });
      const owned = await extensionGrid(grid, await readExtension(plain.folder)).openSession(request(CAPABILITIES));
      await owned.release();
      assert.equal(owned.session.extension?.name, 'Probe');
    });

    test('where BiDi can not install it, chromedriver starts the browser with it, and the notice says why', async () => {
      const extended = extensionGrid(grid, await readExtension(probe.folder));
      const asked = request({ ...CAPABILITIES, webSocketUrl: false });
      const { extension, text } = await extended.preflight(asked);
      assert.match(
        text,
        /given to chromedriver.*not uploaded to the browser, installed over BiDi: the session has no BiDi connection/,
      );
      const owned = await extended.openSession(asked);
      try {
        assert.equal(owned.session.extension!.id, extension.id, 'its id is known before');
        assert.equal(await heardOn(owned.session), '1');
        assert.equal((await thrownBy(extended.reset(owned.session, NEVER))).answer, 'retry');
      } finally {
        await owned.release();
      }
    });
  });
}
