import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findLogin, signIn } from '../../checks/find-login.ts';
import { waitForText } from '../../checks/page-text.ts';
import { missing } from '../support/machine.ts';
import { startChrome } from './chrome.ts';

interface DemoSite {
  readonly id: string;
  readonly url: string;
  readonly tags: readonly string[];
  readonly data: {
    readonly username: string;
    readonly password: string;
    readonly welcome: string;
    readonly refused: string;
  };
}

const root = new URL('../../', import.meta.url);
const sites = JSON.parse(await readFile(new URL('sites.json', root), 'utf8')) as DemoSite[];

test('the demo has enough sites, each of its own origin, and each of another kind or language', () => {
  assert.ok(sites.length >= 24);
  assert.equal(new Set(sites.map((site) => new URL(site.url).host)).size, sites.length);
  assert.equal(new Set(sites.map((site) => site.tags.join())).size, sites.length);
});

suite('in Chrome', { skip: missing('chrome') }, () => {
  const started = new AsyncDisposableStack();
  let driver: Awaited<ReturnType<typeof startChrome>>['driver'];
  let port = '';

  before(async () => {
    const server = spawn(process.execPath, [fileURLToPath(new URL('examples/demo-sites/server.ts', root))], {
      env: { ...process.env, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.defer(async () => {
      server.kill('SIGTERM');
      await once(server, 'close');
    });
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
    port = /:(\d+)\//.exec(line)?.[1] ?? '';
    driver = started.use(await startChrome()).driver;
  });
  after(() => started.disposeAsync());

  for (const { id, data } of sites) {
    test(`signs in on ${id}, and is refused with a wrong password`, async () => {
      const url = `http://${id}.localhost:${port}/`;
      await driver.get(url);
      const form = await findLogin(driver);
      assert.equal(form.username?.visible, true);
      await signIn(driver, form, data.username, `not-${data.password}`);
      await waitForText(driver, data.refused);
      await driver.get(url);
      await signIn(driver, await findLogin(driver), data.username, data.password);
      await waitForText(driver, data.welcome);
    });
  }
});
