import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { CHROME_NAMES } from '../../src/core/chrome.ts';
import { GridrunError } from '../../src/core/fault.ts';
import type { Grid, SessionFacts } from '../../src/core/ports.ts';
import { findChrome } from '../../src/grid/find-chrome.ts';
import { localGrid } from '../../src/grid/local.ts';
import { SessionRegistry } from '../../src/grid/registry.ts';
import { isolation } from '../../src/session/isolation.ts';
import { WireClient } from '../../src/wire/wire-client.ts';
import { startHttpServer, type HttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';

const NEEDS = { full: 'chrome', shell: 'shell' } as const;
const NEVER = new AbortController().signal;

for (const kind of ['full', 'shell'] as const)
  describe(`between two sites of a session, ${CHROME_NAMES[kind]}`, { skip: missing(NEEDS[kind]) }, () => {
    let stateDir: string;
    let grid: Grid;
    let server: HttpServer;
    before(async () => {
      stateDir = await mkdtemp(join(tmpdir(), 'gridrun-isolation-'));
      const chrome = await findChrome({ kind });
      grid = await localGrid({ sessions: 1, registry: new SessionRegistry(stateDir), chrome });
      server = await startHttpServer((_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><button>b</button>'),
      );
    });
    after(async () => {
      await grid[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await rm(stateDir, { recursive: true, force: true });
    });

    interface Page {
      readonly session: SessionFacts;
      get(path: string): Promise<unknown>;
      post(path: string, body: object): Promise<unknown>;
      run(script: string): Promise<unknown>;
      runAsync(script: string): Promise<unknown>;
    }

    async function withSession(capabilities: object, use: (page: Page) => Promise<void>): Promise<void> {
      const owned = await grid.openSession({
        name: 'isolation',
        capabilities: capabilities as Record<string, unknown>,
        avoidNodes: [],
        signal: NEVER,
      });
      const client = new WireClient(owned.session.endpoint);
      const send = (method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> =>
        client.send(method, `/session/${owned.session.sessionId}${path}`, body, { deadlineMs: 30_000 });
      try {
        await use({
          session: owned.session,
          get: (path) => send('GET', path),
          post: (path, body) => send('POST', path, body),
          run: (script) => send('POST', '/execute/sync', { script, args: [] }),
          runAsync: (script) => send('POST', '/execute/async', { script, args: [] }),
        });
      } finally {
        await owned.release();
      }
    }

    const WRITE = `const done = arguments[arguments.length - 1];
    document.cookie = 'c=1; max-age=9999'; localStorage.l = 1; sessionStorage.s = 1;
    const open = indexedDB.open('db'); open.onupgradeneeded = () => open.result.createObjectStore('o');
    open.onsuccess = async () => { open.result.close(); await (await caches.open('k')).put('/x', new Response('x')); done(true); };`;
    const READ = `const done = arguments[arguments.length - 1];
    (async () => done([document.cookie, localStorage.length, sessionStorage.length, (await indexedDB.databases()).length, (await caches.keys()).length]))();`;

    for (const [kind, bidi] of [
      ['wipe', true],
      ['wipe', false],
      ['context', true],
    ] as const) {
      test(`${kind}${bidi ? '' : ' without BiDi'}: what a site stored is gone, time-outs and window are as before, one window is left`, async () => {
        await withSession({ webSocketUrl: bidi }, async ({ session, get, post, run, runAsync }) => {
          const before = [await get('/timeouts'), await get('/window/rect')];
          for (let site = 0; site < 2; site += 1) {
            await post('/url', { url: server.url });
            assert.deepEqual(await runAsync(READ), ['', 0, 0, 0, 0]);
            await runAsync(WRITE);
            assert.deepEqual(await runAsync(READ), ['c=1', 1, 1, 1, 1]);
            await post('/timeouts', { pageLoad: 1234, implicit: 7 });
            await post('/window/rect', { width: 600, height: 500 });
            await run('open("about:blank"); return 0');
            await isolation(kind).reset(session, NEVER);
            assert.deepEqual([await get('/timeouts'), await get('/window/rect')], before);
            assert.equal(((await get('/window/handles')) as string[]).length, 1);
            assert.equal(await get('/url'), 'about:blank');
          }
        });
      });

      test(`${kind}${bidi ? '' : ' without BiDi'}: an open dialog or a page that asks before it is left stops nothing`, async () => {
        const keeps = bidi ? [undefined] : [undefined, { window: true }];
        const cases = ['dismiss', 'ignore'].flatMap((behavior) => keeps.map((kept) => [behavior, kept] as const));
        for (const [unhandledPromptBehavior, kept] of cases) {
          await withSession({ unhandledPromptBehavior, webSocketUrl: bidi }, async ({ session, get, post, run }) => {
            await post('/url', { url: server.url });
            await run('addEventListener("beforeunload", (event) => event.preventDefault()); return 0');
            const button = (await post('/element', { using: 'css selector', value: 'button' })) as Record<
              string,
              string
            >;
            // Chrome lets a page ask only after a click on it.
            await post(`/element/${Object.values(button)[0]}/click`, {});
            await isolation(kind).reset(session, NEVER, kept);
            await post('/url', { url: server.url });
            await run('setTimeout(() => alert("stop"), 0); return 0').catch(() => {});
            await isolation(kind).reset(session, NEVER, kept);
            assert.equal(await get('/url'), 'about:blank');
            assert.equal(((await get('/window/handles')) as string[]).length, 1);
          });
        }
      });

      // Without BiDi, chromedriver itself hangs on such a page, and the session is replaced.
      if (bidi)
        test(`${kind}: a page that opens windows until it is closed leaves none`, async () => {
          await withSession({ webSocketUrl: bidi }, async ({ session, get, post, run }) => {
            await post('/url', { url: server.url });
            await run('setInterval(() => open("about:blank", "_blank", "width=200"), 100); return 0');
            while (((await get('/window/handles')) as string[]).length < 3);
            await isolation(kind).reset(session, NEVER);
            assert.equal(((await get('/window/handles')) as string[]).length, 1);
            assert.equal(await get('/url'), 'about:blank');
          });
        });
    }

    /** What pages do to windows by themselves, in the browser that gridrun uses. */
    const PAGES_ON_WINDOWS = {
      'does nothing': 'return 0',
      'opens a small window': 'open("about:blank", "_blank", "width=300,height=300"); return 0',
      'opens a small window and closes itself':
        'open("about:blank", "_blank", "width=300,height=300"); close(); return 0',
      'sizes and moves its window': 'resizeTo(400, 300); moveTo(50, 50); resizeBy(-20, -20); return 0',
    };
    test('wipe: whatever a page does to windows, the next site finds one as before, though the check used none', async () => {
      await withSession({ webSocketUrl: false }, async ({ session, get, post, run }) => {
        const before = await get('/window/rect');
        for (const [what, script] of Object.entries(PAGES_ON_WINDOWS)) {
          await post('/url', { url: server.url });
          assert.equal(await run('return document.cookie'), '', what);
          await run(`document.cookie = 'c=1; max-age=9999'; ${script}`);
          await isolation('wipe').reset(session, NEVER, { window: true });
          assert.deepEqual(await get('/window/rect'), before, what);
          assert.equal(((await get('/window/handles')) as string[]).length, 1, what);
        }
      });
    });

    test('wipe: a page in full screen leaves the window as it was, though its check used none', async () => {
      await withSession({ webSocketUrl: false }, async ({ session, get, post, run }) => {
        const before = await get('/window/rect');
        await post('/url', { url: server.url });
        await run(
          'document.querySelector("button").onclick = () => document.documentElement.requestFullscreen(); return 0',
        );
        const button = (await post('/element', { using: 'css selector', value: 'button' })) as Record<string, string>;
        await post(`/element/${Object.values(button)[0]}/click`, {});
        while ((await run('return document.fullscreenElement === null')) === true);
        await isolation('wipe').reset(session, NEVER, { window: true });
        assert.deepEqual(await get('/window/rect'), before);
      });
    });

    test('session: each site gets a new one', async () => {
      const facts = {
        sessionId: 's',
        endpoint: 'http://127.0.0.1:9',
        capabilities: {},
        node: 'n',
        browserName: 'chrome',
        browserVersion: '1',
      };
      await assert.rejects(
        isolation('session').reset(facts, NEVER),
        (error) => error instanceof GridrunError && error.code === 'session.replace',
      );
      await assert.rejects(
        isolation('context').reset(facts, NEVER),
        (error) => error instanceof GridrunError && error.code === 'session.no-bidi',
      );
    });
  });
