import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

test('a check opens a DevTools connection through a grid that knows itself by an inner name', async () => {
  await using stub = await startStub({ bidi: true, auth: 'ada:l0velace' });
  const url = stub.url.replace('//', '//ada:l0velace@');
  const body = `
const connection = await driver.createCDPConnection('page');
await connection.execute('Network.enable', {}, null);
if (site.id === 'a') await connection.send('Browser.grantPermissions', { permissions: [] });`;
  await using place = await Workplace.with({ 'sites.json': siteList('a', 'b', 'c'), 'x.check.mjs': checkFile(body) });
  const run = ['x.check.mjs', '--sites', 'sites.json', '-j', '1', '--grid'];
  for (const [out, env] of Object.entries({
    first: {},
    second: { SELENIUM_REMOTE_URL: 'http://elsewhere.invalid:4444' },
  })) {
    // Each in a folder of its own: the durations of an earlier run would change the order of the sites.
    const { code, stdout } = await place.run([...run, url, '--out', out], { env });
    assert.equal(code, 0, stdout);
    assert.doesNotMatch(stdout, /l0velace/);
    const closed = (await place.journal(out)).flatMap((event) => (event.type === 'session-closed' ? [event] : []));
    assert.deepEqual(
      closed.map(({ reason, siteCount }) => `${reason} after ${siteCount}`),
      ['dirty after 1', 'done after 2'],
    );
  }
});
